import { connect } from "#src/mcp/connect.ts";
import { type McpError, type McpErrorKind, type McpStage, toMcpError } from "#src/mcp/errors.ts";
import { LIMITS, type McpLimits } from "#src/mcp/limits.ts";
import type { ServerInfo } from "#src/mcp/server-info.ts";
import type { Target, TransportKind } from "#src/mcp/target.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";

/** One step on the way to a server, in the order of the way. `tls` is missing where there is none. */
export type StageTime = { stage: Exclude<McpStage, "list">; ok: boolean; ms: number };

export type Probe =
  | {
      ok: true;
      latencyMs: number;
      stages: StageTime[];
      protocolVersion: string;
      transport: TransportKind;
      serverInfo: ServerInfo | null;
      instructions: string | null;
    }
  | { ok: false; latencyMs: number; stages: StageTime[]; error: ProbeFailure };

/** What says something of the server, or of the way to it. */
export type ProbeFailure = McpError & { readonly kind: Exclude<McpErrorKind, "cancelled"> };

const WAY: readonly StageTime["stage"][] = ["dns", "connect", "tls", "http", "handshake"];

/** `onStage` is told of each stage as it ends, `handshake` alone excepted: that is the end of the whole. */
export type ProbeOptions = { signal?: AbortSignal; onStage?: (stage: StageTime) => void };

/**
 * Tries a server from the name to the handshake, on a socket of its own and without remembering what it spoke before.
 *
 * @returns how it went; expected failures are values here
 * @throws {McpError} `cancelled`, which says nothing of the server
 */
export async function probe(
  fetch: GuardedFetch,
  target: Target,
  { limits = LIMITS, onStage = () => {}, ...options }: ProbeOptions & { limits?: McpLimits } = {},
): Promise<Probe> {
  const stages: StageTime[] = [];
  const began = performance.now();
  const unknown: Target = { ...target, known: { transport: "streamable_http", protocolVersion: null } };
  const trace = (stage: StageTime): void => {
    stages.push(stage);
    onStage(stage);
  };
  try {
    const connection = await connect(fetch, unknown, { limits, trace, ...options });
    const latencyMs = performance.now() - began;
    void connection.close();
    const { protocolVersion, transport, serverInfo, instructions } = connection;
    const passed = [...stages, { stage: "handshake" as const, ok: true, ms: restOf(latencyMs, stages) }];
    return { ok: true, latencyMs, stages: passed, protocolVersion, transport, serverInfo, instructions };
  } catch (failure) {
    const latencyMs = performance.now() - began;
    const error = toMcpError(failure, "handshake");
    if (!isTelling(error)) throw error;
    return { ok: false, latencyMs, stages: upTo(error.stage, stages, latencyMs), error };
  }
}

const isTelling = (error: McpError): error is ProbeFailure => error.kind !== "cancelled";

/** The stage that failed comes last: what the trace saw of later ones belongs to an attempt that did not count. */
function upTo(failed: McpStage, stages: readonly StageTime[], latencyMs: number): StageTime[] {
  const stage = failed === "list" ? "handshake" : failed;
  const before = stages.filter((seen) => WAY.indexOf(seen.stage) < WAY.indexOf(stage));
  const itself = stages.find((seen) => seen.stage === stage);
  return [...before, { stage, ok: false, ms: itself?.ms ?? restOf(latencyMs, before) }];
}

function restOf(latencyMs: number, stages: readonly StageTime[]): number {
  return Math.max(0, latencyMs - stages.reduce((sum, { ms }) => sum + ms, 0));
}
