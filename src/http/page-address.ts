import { Elysia } from "elysia";

/**
 * A page that htmx puts in the place of another stands under its own address, whatever redirect led to it: a form's
 * answer can be reloaded, sent and gone back from like any other page.
 */
export const pageAddress = new Elysia({ name: "http.page-address" }).mapResponse(
  { as: "global" },
  ({ request, responseValue, set }) => {
    if (request.method !== "GET" || request.headers.get("hx-request-type") !== "full") return;
    if (!(responseValue instanceof Response) || responseValue.status !== 200) return;
    const { pathname, search } = new URL(request.url);
    const before = URL.parse(request.headers.get("hx-current-url") ?? "");
    // A list that is narrowed is the same page; another page is one more to go back from.
    const header = before?.pathname === pathname ? "hx-replace-url" : "hx-push-url";
    set.headers[header] = pathname + search;
  },
);
