import { show } from "#src/pages/show.ts";
import { authorizePath } from "#views/servers/paths.ts";
import { OnwardPage } from "#views/servers/onward.tsx";

/**
 * Leads from a form to a server's sign-in. Our policy lets forms go nowhere else, redirects included (CSP `form-action`),
 * so a page of ours stands between that goes on by itself; htmx is told to leave.
 */
export function onward(
  request: Request,
  server: { id: number; workspaceUuid: string; name: string },
): Response {
  const href = authorizePath(server);
  if (request.headers.has("hx-request")) return new Response(null, { headers: { "hx-redirect": href } });
  return show(<OnwardPage name={server.name} href={href} />, { headers: { refresh: `0; url=${href}` } });
}
