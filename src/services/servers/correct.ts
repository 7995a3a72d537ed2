import * as credentialRows from "#src/db/credentials.ts";
import * as rows from "#src/db/servers.ts";
import { wantsOAuth } from "#src/oauth/recognition.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Server } from "#src/services/servers/find.ts";

/** It was taken for something else; what members hold for that is of no use here, and is dropped. */
export async function correctAuthType(
  ctx: Ctx,
  server: Server,
  authType: Server["authType"],
): Promise<Server> {
  if (server.authType === authType) return server;
  return ctx.db.transaction(async (tx) => {
    const isWaiting = authType === "oauth" && server.state === "READY";
    const change = { authType, ...(isWaiting ? { state: "AUTHORIZE" as const } : {}) };
    await rows.hold(tx, server.workspaceId, server.id, "update");
    await credentialRows.removeOfServer(tx, server.workspaceId, server.id);
    await announce({ db: tx }, server);
    return (await rows.update(tx, server.workspaceId, server.id, change)) ?? server;
  });
}

/**
 * A server that shook hands with anybody, but refuses its tools to somebody without a credential: it is no `direct_auth`
 * server after all.
 *
 * @param challenge - `WWW-Authenticate` of its 401
 */
export async function refusedWithoutCredential(
  ctx: Ctx,
  server: Server,
  challenge: readonly string[],
): Promise<Server> {
  if (challenge.length > 0) await rows.noteChallenge(ctx.db, server.workspaceId, server.id, [...challenge]);
  if (server.authType !== "direct_auth") return server;
  return correctAuthType(
    ctx,
    server,
    (await wantsOAuth(ctx.fetch, server.url, challenge)) ? "oauth" : "api_key",
  );
}
