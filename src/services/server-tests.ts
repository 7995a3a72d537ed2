import { authFields } from "#src/services/member-auth.ts";
import type { Ctx } from "#src/services/context.ts";
import { markReady, type Probe, probeAs } from "#src/services/probes.ts";
import { find, type Server } from "#src/services/servers/find.ts";

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

/**
 * A real handshake with the asking member's own credential; success makes the server `READY` and enabled.
 *
 * A failure is an answer, never thrown. It disables nothing and drops nobody's credential.
 */
export async function test(ctx: Ctx, serverId: number): Promise<TestResult> {
  const use = await find(ctx, serverId);
  const probe = await probeAs(ctx, use);
  const shared = { latencyMs: round(probe.latencyMs), stages: probe.stages.map((one) => ({ ...one, ms: round(one.ms) })) };
  if (!probe.ok)
    return {
      ...shared,
      success: false,
      protocolVersion: null,
      transport: null,
      serverInfo: null,
      error: failureOf(ctx, use.server, probe.error),
      state: use.server.state,
      enabled: use.server.enabled,
    };

  await markReady(ctx, use.server);
  return {
    ...shared,
    success: true,
    protocolVersion: probe.protocolVersion,
    transport: probe.transport,
    serverInfo: probe.serverInfo,
    error: null,
    state: "READY",
    enabled: true,
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

function failureOf(ctx: Ctx, server: Server, error: Extract<Probe, { ok: false }>["error"]): TestResult["error"] {
  const code = codes[error.kind];
  return {
    code,
    stage: error.stage,
    message: error.message,
    ...(code === "member_auth_required" ? authFields(ctx, server) : {}),
  };
}

/** Tenths of a millisecond are plenty. */
const round = (ms: number): number => Math.round(ms * 10) / 10;
