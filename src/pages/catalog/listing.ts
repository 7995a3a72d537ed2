import { notFound } from "#src/errors.ts";
import { idOf } from "#src/http/params.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
import type { Ctx } from "#src/services/context.ts";
import { type ListedPart, partOf } from "#views/catalog/pages.tsx";
import { isSchema, type Json, type Schema } from "#views/catalog/said.ts";
import type { ServerFrame } from "#views/servers/layout.tsx";
import type { Trouble } from "#views/servers/trouble.tsx";

type List<Said, T> = {
  fetch: (ctx: Ctx, serverId: number) => Promise<Said>;
  itemsIn: (said: Said) => readonly Json[];
  /** Null for what is none of the kind. */
  read: (one: Schema) => T | null;
  /** What is looked through; absent where nobody looks for one. */
  textOf?: (item: T) => string;
};

/** Without `said` and `items` where the server could not be asked; `trouble` says why. */
type Listing<Said, T> = {
  frame: ServerFrame;
  q: string;
  said: Said | null;
  items: ListedPart<T> | null;
  trouble: Trouble | null;
  status: number;
};

/** What a list's page shows: of all that the server lists, what is looked for, and a page of that. */
export async function listing<Said extends { truncated?: true }, T>(
  asked: Asked,
  list: List<Said, T>,
): Promise<Listing<Said, T>> {
  const { ctx, params, request } = asked;
  const wanted = wantedIn(request);
  const { done: said, ...tried } = await inPlace(ctx, () => list.fetch(ctx, idOf(params.server_id)));
  const items = said && listed(said, list, wanted);
  return { frame: await frameOf(asked), q: wanted.q, said, items, ...tried };
}

/** @throws {AppError} `not_found` for what the server does not list under this name */
export function itemNamed<T>(said: readonly Schema[], name: string, read: (one: Schema) => T | null): T {
  const one = said.find((one) => one["name"] === name);
  const item = one && read(one);
  if (!item) throw notFound();
  return item;
}

type Wanted = { q: string; page: number };

function wantedIn(request: Request): Wanted {
  const query = new URL(request.url).searchParams;
  const page = query.get("page") ?? "";
  return {
    q: (query.get("q") ?? "").slice(0, 200),
    page: /^[1-9][0-9]{0,3}$/.test(page) ? Number(page) : 1,
  };
}

function listed<Said extends { truncated?: true }, T>(
  said: Said,
  { itemsIn, read, textOf }: List<Said, T>,
  { q, page }: Wanted,
): ListedPart<T> {
  const all = itemsIn(said)
    .filter(isSchema)
    .flatMap((one) => read(one) ?? []);
  const text = q.trim().toLowerCase();
  const found = textOf && text !== "" ? all.filter((item) => textOf(item).toLowerCase().includes(text)) : all;
  return partOf(all, found, page, said.truncated ?? false);
}
