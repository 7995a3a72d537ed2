import { t } from "elysia";
import type { Page, PageInput } from "#src/services/paging.ts";

const largestPage = 200;

/** Read by `pageInput`: a numeric schema would take `1e1` and `0x10`. */
export const PageQuery = {
  limit: t.Optional(
    t.String({
      pattern: "^(?:[1-9][0-9]?|1[0-9]{2}|200)$",
      expects: `a whole number from 1 to ${largestPage}`,
      description: "How many at most.",
      documentedAs: { type: "integer", minimum: 1, maximum: largestPage, default: largestPage },
    }),
  ),
  cursor: t.Optional(t.String({ maxLength: 1024, description: "From the `next` link of an earlier page." })),
};

/** A page as a `PageQuery` asks for it. */
export const pageInput = ({
  limit,
  cursor = null,
}: {
  limit?: string;
  cursor?: string | null;
}): PageInput => ({
  limit: Number(limit ?? largestPage),
  cursor,
});

/** The items alone are the body; the rest goes into `X-Total-Count` and `Link` (RFC 8288 §3). */
export function answerPage<T>(
  {
    request,
    set,
    publicUrl,
  }: { request: Request; set: { headers: Record<string, unknown> }; publicUrl: URL },
  page: Page<T>,
): T[] {
  set.headers["x-total-count"] = String(page.total);
  if (page.next !== null) {
    const { pathname, search } = new URL(request.url);
    const next = new URL(pathname + search, publicUrl);
    next.searchParams.set("cursor", page.next);
    set.headers["link"] = `<${next.href}>; rel="next"`;
  }
  return page.items;
}

/** What the OpenAPI document says of those headers. */
export const pageHeaders = {
  "X-Total-Count": "How many there are in all.",
  Link: 'The next page as `<…>; rel="next"`, where more follows.',
};
