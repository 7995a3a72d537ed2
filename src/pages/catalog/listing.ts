import { isSchema, type Schema } from "#views/catalog/said.ts";
import { type ListedPart, partOf } from "#views/catalog/pages.tsx";

/** What a list's own page narrows it by. */
export type Wanted = { q: string; page: number };

export function wantedIn(request: Request): Wanted {
  const query = new URL(request.url).searchParams;
  const page = query.get("page") ?? "";
  return {
    q: (query.get("q") ?? "").slice(0, 200),
    page: /^[1-9][0-9]{0,3}$/.test(page) ? Number(page) : 1,
  };
}

/**
 * Of what a server listed, what is looked for, a page of it.
 *
 * @param read - null for what is none of the kind
 * @param textOf - what is looked through
 */
export function listed<T>(
  said: readonly unknown[],
  { read, textOf }: { read: (one: Schema) => T | null; textOf: (item: T) => string },
  wanted: Wanted & { isTruncated: boolean },
): ListedPart<T> {
  const all = said.flatMap((one) => {
    const item = isSchema(one as never) ? read(one as Schema) : null;
    return item === null ? [] : [item];
  });
  const q = wanted.q.trim().toLowerCase();
  const found = q === "" ? all : all.filter((item) => textOf(item).toLowerCase().includes(q));
  return partOf(all, found, wanted.page, wanted.isTruncated);
}
