/** Everybody's live connections to one server begin with this; a member's go on with `<member id>/`. */
export const poolPrefix = (server: { workspaceId: string; id: number }): string =>
  `${server.workspaceId}/${server.id}/`;
