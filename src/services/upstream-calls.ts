import type { UpstreamOutcome } from "#src/lib/metrics.ts";
import { McpError, type McpErrorKind } from "#src/mcp/errors.ts";
import type { Probe, StageTime } from "#src/mcp/probe.ts";
import type { Target } from "#src/mcp/target.ts";
import { cutShort } from "#src/services/cut-short.ts";
import type { Ctx, Deps } from "#src/services/context.ts";

/** How a failure counts; null for what never left us. A JSON-RPC error is an answer. */
const outcomes: Record<McpErrorKind, UpstreamOutcome | null> = {
  rpc: "ok",
  busy: null,
  cancelled: null,
  refused: "refused",
  unauthorized: "refused",
  insufficient_scope: "refused",
  timeout: "timeout",
  failed: "failed",
  too_large: "failed",
};

/** Runs a call to a remote server, and measures it. */
export async function measured<T>({ metrics }: Pick<Deps, "metrics">, call: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const note = (outcome: UpstreamOutcome | null, stage: string | null) => {
    const durationMs = performance.now() - began;
    if (outcome) metrics.observeUpstreamCall({ outcome, stage: outcome === "ok" ? null : stage, durationMs });
  };
  try {
    const result = await call();
    note("ok", null);
    return result;
  } catch (failure) {
    if (failure instanceof McpError) note(outcomes[failure.kind], failure.stage);
    throw failure;
  }
}

/** A probe, where there is room for one. @throws {AppError} `rate_limited`, `cancelled` */
export async function tryTarget(
  { pool, metrics, signal }: Pick<Ctx, "pool" | "metrics" | "signal">,
  target: Target,
  onStage: (stage: StageTime) => void = () => {},
): Promise<Probe> {
  const probe = await pool.probe(target, { signal, onStage }).catch((failure: unknown) => {
    throw cutShort(failure);
  });
  const { latencyMs: durationMs } = probe;
  if (probe.ok) metrics.observeUpstreamCall({ outcome: "ok", stage: null, durationMs });
  else {
    const { kind, stage } = probe.error;
    metrics.observeUpstreamCall({ outcome: outcomes[kind] ?? "failed", stage, durationMs });
  }
  return probe;
}
