import * as rows from "#src/db/credentials.ts";
import type { Ctx, Role } from "#src/services/context.ts";
import { pageById } from "#src/services/id-page.ts";
import type { Page, PageInput } from "#src/services/paging.ts";
import { find } from "#src/services/servers/find.ts";

/** Somebody who has connected to a server. Never a token, nor a part of one. */
export type McpServerMember = {
  memberId: number;
  name: string;
  email: string;
  avatarUrl: string | null;
  role: Role;
  connection: "connected" | "expired";
  scopes: string[];
  connectedAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
};

/** In the order in which they joined the workspace. @throws {AppError} `not_found`; `bad_request` for a foreign cursor */
export async function list(ctx: Ctx, serverId: number, page: PageInput): Promise<Page<McpServerMember>> {
  const { server } = await find(ctx, serverId);
  return pageById(
    {
      name: "server-members",
      rows: ({ limit, after }) => rows.connected(ctx.db, server.workspaceId, server.id, { limit, after }),
      total: () => rows.countConnected(ctx.db, server.workspaceId, server.id),
      present,
    },
    page,
  );
}

const present = ({ id, credential, ...person }: rows.ConnectedMember): McpServerMember => ({
  memberId: id,
  ...person,
  connection: credential.status,
  scopes: credential.scopes,
  connectedAt: credential.connectedAt.toISOString(),
  lastUsedAt: credential.lastUsedAt?.toISOString() ?? null,
  expiresAt: credential.expiresAt?.toISOString() ?? null,
});
