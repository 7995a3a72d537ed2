import { AppError } from "#src/errors.ts";
import { McpError } from "#src/mcp/errors.ts";

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
