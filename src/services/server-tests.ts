import * as rows from "#src/db/server-tests.ts";
import { AppError } from "#src/errors.ts";
import { authFields } from "#src/services/member-auth.ts";
import type { Ctx } from "#src/services/context.ts";
import { stepUp } from "#src/services/oauth/step-up.ts";
import { markReady, type Probe, probeAs, type StageTime } from "#src/services/probes.ts";
import { find, type Server } from "#src/services/servers/find.ts";

export type { StageTime };

/** What a test tells: how far it came, how long each stage took, and what to do where it failed. */
export type TestResult = {
  success: boolean;
  latencyMs: number;
  protocolVersion: string | null;
  transport: string | null;
  serverInfo: object | null;
  stages: Probe["stages"];
  error: {
    code: string;
    stage: string;
    message: string;
    authType?: string;
    authorizeUrl?: string;
    appUuid?: string;
  } | null;
  state: string;
  enabled: boolean;
};

/** A test that was made: by the button, by setting the server up, or by a member who connected. */
export type PastTest = {
  id: number;
  at: string;
  success: boolean;
  latencyMs: number;
  stages: { stage: string; ok: boolean; ms: number }[];
  /** Where it failed, and why in words; `isOfMember` where the sign-in of whoever asked failed, not the server. */
  failure: { stage: string; message: string; isOfMember: boolean } | null;
};

const remembered = 40;

/** The latest tests of a server, newest first, whoever made them. @throws {AppError} `not_found` */
export async function history(ctx: Ctx, serverId: number): Promise<PastTest[]> {
  const { server } = await find(ctx, serverId);
  const found = await rows.latest(ctx.db, server.workspaceId, server.id, remembered);
  return found.map(presentPast);
}

/**
 * A real handshake with the asking member's own credential; success makes the server `READY` and enabled.
 *
 * A failure is an answer, never thrown. It disables nothing and drops nobody's credential.
 *
 * @param onStage - told of each stage as it ends
 * @throws {AppError} `not_found`; `rate_limited` where too many calls are under way for there to be a test; `cancelled`
 *   where nobody waits for it any more, and then nothing is noted
 */
export async function test(
  ctx: Ctx,
  serverId: number,
  onStage: (stage: StageTime) => void = () => {},
): Promise<TestResult> {
  const use = await find(ctx, serverId);
  const probe = await probeAs(ctx, use, { onStage });
  const { latencyMs, stages } = probe;
  const shared = { latencyMs, stages };
  if (!probe.ok)
    return {
      ...shared,
      success: false,
      protocolVersion: null,
      transport: null,
      serverInfo: null,
      error: await failureOf(ctx, use.server, probe.error),
      state: use.server.state,
      enabled: use.server.enabled,
    };

  const { state, enabled } = await markReady(ctx, use.server);
  return {
    ...shared,
    success: true,
    protocolVersion: probe.protocolVersion,
    transport: probe.transport,
    serverInfo: probe.serverInfo,
    error: null,
    state,
    enabled,
  };
}

const codes = {
  unauthorized: "member_auth_required",
  insufficient_scope: "member_auth_required",
  refused: "url_not_allowed",
  timeout: "upstream_timeout",
  busy: "rate_limited",
  failed: "upstream_failed",
  too_large: "upstream_failed",
  rpc: "upstream_failed",
} as const;

type ProbeError = Extract<Probe, { ok: false }>["error"];

/** What our own refresh met on the way, or what is to be asked for next, says more than the server's refusal. */
async function failureOf(ctx: Ctx, server: Server, error: ProbeError): Promise<TestResult["error"]> {
  const wantsMore = error.kind === "insufficient_scope" && server.authType === "oauth";
  const known = wantsMore ? await stepUp(ctx, server, error) : error.cause;
  const isOurs = known instanceof AppError;
  const code = isOurs ? known.reason : codes[error.kind];
  return {
    code,
    stage: isOurs ? String(known.fields["stage"] ?? error.stage) : error.stage,
    message: isOurs ? known.message : error.message,
    ...(code === "member_auth_required" ? authFields(ctx, server) : {}),
  };
}

const presentPast = (row: rows.ServerTestRow): PastTest => ({
  id: row.id,
  at: row.testedAt.toISOString(),
  success: row.success,
  latencyMs: row.latencyMs,
  stages: row.stages,
  failure: row.success
    ? null
    : {
        stage: row.stage ?? "handshake",
        message: row.message ?? "The test failed.",
        isOfMember: row.failure === "unauthorized" || row.failure === "insufficient_scope",
      },
});
