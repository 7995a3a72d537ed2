import { AppError } from "#src/errors.ts";
import { McpError } from "#src/mcp/errors.ts";
import type { Probe } from "#src/mcp/probe.ts";
import type { Target } from "#src/mcp/target.ts";
import type { Deps } from "#src/services/context.ts";

/** Our own limit on calls at once says nothing of the server. Any other failure stays what it is. */
export function busyFailure(failure: unknown): unknown {
  if (!(failure instanceof McpError) || failure.kind !== "busy") return failure;
  return new AppError(
    "rate_limited",
    "Too many calls to remote servers are under way. Try again in a moment.",
    {
      fields: { retryAfterSeconds: 1 },
      cause: failure,
    },
  );
}

/** A probe, where there is room for one. @throws {AppError} `rate_limited` */
export const tryTarget = ({ pool }: Pick<Deps, "pool">, target: Target): Promise<Probe> =>
  pool.probe(target).catch((failure: unknown) => {
    throw busyFailure(failure);
  });
