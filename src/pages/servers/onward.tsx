import { show } from "#src/pages/show.ts";
import { authorizePath } from "#views/servers/paths.ts";
import { OnwardPage } from "#views/servers/onward.tsx";

/**
 * Leads from a form to a server's sign-in. Our policy lets forms go nowhere else, redirects included (CSP `form-action`),
 * so a page of ours stands between that goes on by itself.
 */
export function onward(server: { id: number; workspaceUuid: string; name: string }): Response {
  const href = authorizePath(server);
  return show(<OnwardPage name={server.name} href={href} />, { headers: { refresh: `0; url=${href}` } });
}
