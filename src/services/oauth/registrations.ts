import * as serverRows from "#src/db/servers.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Server } from "#src/services/servers/find.ts";

/** Notes how our client came to be and where members' tokens come from: the server now waits for a member to authorize. */
export async function keepRegistration(
  ctx: Pick<Ctx, "db">,
  server: Server,
  { registration, issuer }: Required<Pick<serverRows.ServerChange, "registration" | "issuer">>,
): Promise<void> {
  const state = server.state === "REGISTER" ? "AUTHORIZE" : server.state;
  if (server.state === state && server.registration === registration && server.issuer === issuer) return;
  await serverRows.update(ctx.db, server.workspaceId, server.id, { authType: "oauth", state, registration, issuer });
  await announce(ctx, server);
}
