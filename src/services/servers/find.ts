import { notFound } from "#src/errors.ts";
import * as rows from "#src/db/servers.ts";
import type { Ctx } from "#src/services/context.ts";
import { isAdmin } from "#src/services/scopes.ts";
import { type McpServer, present } from "#src/services/servers/present.ts";

export type Server = rows.ServerRow;

/** A server and the asking member's own credential there, or null. Nobody else's is ever looked at. */
export type ServerInUse = NonNullable<Awaited<ReturnType<typeof rows.forUse>>>;

export const viewerOf = (ctx: Ctx): rows.Viewer => ({
  workspaceId: ctx.member.workspaceId,
  memberId: ctx.member.id,
  seesAll: isAdmin(ctx),
});

/** @throws {AppError} `not_found` also where this member may not see it */
export async function find(ctx: Ctx, id: number): Promise<ServerInUse> {
  const row = await rows.forUse(ctx.db, viewerOf(ctx), id);
  if (!row) throw notFound();
  return row;
}

/** @throws {AppError} `not_found` */
export async function get(ctx: Ctx, id: number): Promise<McpServer> {
  const [row] = await rows.list(ctx.db, viewerOf(ctx), {
    sortBy: "name",
    sortOrder: "asc",
    q: null,
    state: null,
    enabled: null,
    id,
    limit: 1,
    after: null,
  });
  if (!row) throw notFound();
  return present(ctx, row);
}
