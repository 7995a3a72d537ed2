import { t } from "elysia";
import type { Page, PageInput } from "#src/services/paging.ts";

export const PageQuery = {
  limit: t.Optional(t.Integer({ minimum: 1, maximum: 200, default: 200, description: "How many at most." })),
  cursor: t.Optional(t.String({ maxLength: 1024, description: "From the `next` link of an earlier page." })),
};

export const pageInput = (query: { limit?: number; cursor?: string }): PageInput => ({
  limit: query.limit ?? 200,
  cursor: query.cursor ?? null,
});

/** The items alone are the body; the rest goes into `X-Total-Count` and `Link` (RFC 8288 §3). */
export function answerPage<T>(
  { request, set, publicUrl }: { request: Request; set: { headers: Record<string, unknown> }; publicUrl: URL },
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
