/**
 * What a sealed secret is bound to: moved to another member, server or origin, it does not open (and a server that moved
 * to another origin never gets what was meant for the old one).
 */
export const sealedFor = (
  server: { workspaceId: string; id: number; url: string },
  memberId: number,
): string => `credential/${server.workspaceId}/${server.id}/${memberId}/${new URL(server.url).origin}`;
