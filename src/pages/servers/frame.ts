import { idOf } from "#src/http/params.ts";
import { shellOf } from "#src/pages/shell.ts";
import { standing } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { isAdmin } from "#src/services/scopes.ts";
import * as servers from "#src/services/servers/index.ts";
import type { ServerFrame } from "#views/servers/layout.tsx";

/** What a route of one server is given. */
export type Asked = {
  ctx: Ctx;
  request: Request;
  params: { server_id: string };
  set: { headers: Record<string, unknown> };
};

/** What stands around every page of one server. @throws {AppError} `not_found` */
export async function frameOf({ ctx, request, params, set }: Asked): Promise<ServerFrame> {
  const { mark } = await standing(ctx);
  const server = await servers.getWatched(ctx, idOf(params.server_id));
  return {
    shell: await shellOf({ ctx, request, set }),
    server,
    mayWrite: ctx.member.scopes.includes("apps:write"),
    isAdmin: isAdmin(ctx),
    mark,
  };
}
