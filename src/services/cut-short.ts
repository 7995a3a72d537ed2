import { AppError } from "#src/errors.ts";
import { McpError } from "#src/mcp/errors.ts";
import type { Ctx } from "#src/services/context.ts";

/**
 * Our own limit on calls at once, and a caller who has gone, say nothing of the server. Any other failure stays what it
 * is.
 */
export function cutShort(failure: unknown): unknown {
  if (!(failure instanceof McpError)) return failure;
  if (failure.kind === "cancelled") return cancelled(failure);
  if (failure.kind !== "busy") return failure;
  return new AppError(
    "rate_limited",
    "Too many calls to remote servers are under way. Try again in a moment.",
    { fields: { retryAfterSeconds: 1 }, cause: failure },
  );
}

/** For work that ends by the caller's signal. @throws {AppError} `cancelled` in the place of the signal's reason */
export async function untilGone<T>({ signal }: Pick<Ctx, "signal">, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (failure) {
    throw signal.aborted && failure === signal.reason ? cancelled(failure) : failure;
  }
}

const cancelled = (cause: unknown): AppError =>
  new AppError("cancelled", "You stopped waiting before the server answered.", { cause });
