type Place = { id: number; workspaceUuid: string };

export type Tab = "overview" | "tools" | "prompts" | "resources" | "members" | "activity" | "settings";

export const serversPath = (workspaceUuid: string): string => `/w/${workspaceUuid}/servers`;

export const serverPath = ({ id, workspaceUuid }: Place, tab: Tab = "overview"): string =>
  `${serversPath(workspaceUuid)}/${id}${tab === "overview" ? "" : `/${tab}`}`;

/** Where a member's browser begins to sign in at a server, to come back to a page of ours. */
export const authorizePath = (server: Place, returnTo = serverPath(server)): string =>
  `/api/v2/w/${server.workspaceUuid}/mcp-servers/${server.id}/oauth/authorize?return_to=${encodeURIComponent(returnTo)}`;

/** A path with those of the values that are not empty. */
export function pathWith(path: string, values: Record<string, string | null>): string {
  const query = new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  return query.size === 0 ? path : `${path}?${query}`;
}

/** As a person names it: without the scheme that all have, and without what only machines read. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}
