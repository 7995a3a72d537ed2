import * as serverRows from "#src/db/servers.ts";
import * as testRows from "#src/db/server-tests.ts";
import type { Probe } from "#src/mcp/probe.ts";
import type { Authorization } from "#src/mcp/target.ts";
import { announce } from "#src/services/changes.ts";
import { targetOf } from "#src/services/connections.ts";
import type { Ctx } from "#src/services/context.ts";
import { requestIcon } from "#src/services/icons.ts";
import type { Server, ServerInUse } from "#src/services/servers/find.ts";

export type { Probe };

/**
 * Tries a server with the asking member's own credential, and keeps how that went and what it taught.
 *
 * @param authorization - to try instead of the stored credential
 */
export async function probeAs(ctx: Ctx, use: ServerInUse, authorization?: Authorization): Promise<Probe> {
  const result = await ctx.pool.probe(targetOf(ctx, use, authorization));
  await record(ctx, use.server, result);
  return result;
}

/** Notes a probe in the server's history, and what the server said of itself. */
export async function record(ctx: Ctx, server: Server, result: Probe): Promise<void> {
  if (result.ok)
    await serverRows.learn(ctx.db, server.workspaceId, server.id, {
      transport: result.transport,
      protocolVersion: result.protocolVersion,
      serverInfo: result.serverInfo,
      instructions: result.instructions,
    });
  await testRows.insert(ctx.db, {
    workspaceId: server.workspaceId,
    serverId: server.id,
    memberId: ctx.member.id,
    success: result.ok,
    latencyMs: Math.round(result.latencyMs),
    stages: result.stages,
    ...(result.ok
      ? {}
      : { stage: result.error.stage, failure: result.error.kind, message: result.error.message }),
  });
  await announce(ctx, server);
}

/** A handshake has succeeded: the server is set up and switched on. */
export async function markReady(ctx: Ctx, server: Server): Promise<void> {
  if (server.state === "READY" && server.enabled) return;
  await serverRows.update(ctx.db, server.workspaceId, server.id, { state: "READY", enabled: true });
  await announce(ctx, server);
  if (server.state !== "READY") await requestIcon(ctx, server);
}
