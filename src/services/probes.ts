import * as serverRows from "#src/db/servers.ts";
import * as testRows from "#src/db/server-tests.ts";
import type { Probe, StageTime } from "#src/mcp/probe.ts";
import type { Authorization } from "#src/mcp/target.ts";
import { audit } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import { targetOf } from "#src/services/connections.ts";
import type { Ctx } from "#src/services/context.ts";
import { requestIcon } from "#src/services/icons.ts";
import { find, type Server, type ServerInUse } from "#src/services/servers/find.ts";
import { tryTarget } from "#src/services/upstream-calls.ts";

export type { Probe, StageTime };

/**
 * Tries a server with the asking member's own credential, and keeps how that went and what it taught.
 *
 * @param options.authorization - to try instead of the stored credential
 * @param options.onStage - told of each stage as it ends
 * @throws {AppError} `rate_limited` where too many calls are under way, `cancelled`
 */
export async function probeAs(
  ctx: Ctx,
  use: ServerInUse,
  { authorization, onStage }: { authorization?: Authorization; onStage?: (stage: StageTime) => void } = {},
): Promise<Probe> {
  const result = inTenths(await tryTarget(ctx, targetOf(ctx, use, authorization), onStage));
  await record(ctx, use.server, result);
  return result;
}

/** Rounded once, for what is told and what is kept: twice would make 144.46 ms 144 here and 145 there. */
const inTenths = <P extends Probe>(probe: P): P => ({
  ...probe,
  latencyMs: tenths(probe.latencyMs),
  stages: probe.stages.map((one) => ({ ...one, ms: tenths(one.ms) })),
});

const tenths = (ms: number): number => Math.round(ms * 10) / 10;

/** Notes a probe in the server's history, and what the server said of itself. */
export async function record(ctx: Ctx, server: Server, result: Probe): Promise<void> {
  if (result.ok)
    await serverRows.learn(ctx.db, server, {
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

/**
 * A handshake has succeeded: the server is set up and switched on. Not where somebody has changed it since it was looked
 * up: what was shaken hands with is not what is there now.
 *
 * @returns how it is now
 * @throws {AppError} `not_found` where it is gone
 */
export async function markReady(ctx: Ctx, server: Server): Promise<Pick<Server, "state" | "enabled">> {
  if (server.state === "READY" && server.enabled) return server;
  const ready = await ctx.db.transaction(async (tx) => {
    const row = await serverRows.becomeReady(tx, server);
    if (row)
      await audit(
        { ...ctx, db: tx },
        { action: "server.enabled", target: { type: "server", id: server.id, name: server.name } },
      );
    await announce({ db: tx }, server);
    return row;
  });
  if (!ready) return (await find(ctx, server.id)).server;
  if (server.state !== "READY") await requestIcon(ctx, server);
  return ready;
}
