import { AppError } from "#src/errors.ts";
import { McpError } from "#src/mcp/errors.ts";
import { cutShort } from "#src/services/cut-short.ts";
import type { Ctx } from "#src/services/context.ts";
import { memberAuthRequired } from "#src/services/member-auth.ts";
import { GrantEnded } from "#src/services/oauth/grants.ts";
import { stepUp } from "#src/services/oauth/step-up.ts";
import { refusedWithoutCredential } from "#src/services/servers/correct.ts";
import type { Server } from "#src/services/servers/find.ts";

const invalidParams = -32602;
const resourceNotFound = -32002;

/** Where in a request stands what a server may refuse as `-32602`; null where the caller sent it nothing. */
export type SentAt = "/arguments" | "/uri" | null;

/**
 * What a failure at a remote server means for the member who asked. Anything unexpected stays what it is.
 *
 * The server's own words appear only where they help the caller mend a request, and always marked as the server's.
 */
export async function upstreamFailure(
  ctx: Ctx,
  server: Server,
  failure: unknown,
  sentAt: SentAt = null,
): Promise<unknown> {
  if (failure instanceof GrantEnded) return memberAuthRequired(ctx, server, { cause: failure });
  if (!(failure instanceof McpError)) return failure;
  const options = { fields: { stage: failure.stage }, cause: failure };
  switch (failure.kind) {
    case "unauthorized":
      // What our own refresh met on the way says more than the 401 that made it necessary.
      if (failure.cause instanceof AppError || failure.cause instanceof GrantEnded)
        return upstreamFailure(ctx, server, failure.cause, sentAt);
      return memberAuthRequired(ctx, await refusedWithoutCredential(ctx, server, failure.challenge), {
        cause: failure,
      });
    case "insufficient_scope":
      return server.authType === "oauth"
        ? stepUp(ctx, server, failure)
        : memberAuthRequired(ctx, server, { cause: failure });
    case "refused":
      return new AppError("url_not_allowed", failure.message, options);
    case "busy":
    case "cancelled":
      return cutShort(failure);
    case "timeout":
      return new AppError(
        "upstream_timeout",
        `${server.name} did not answer in time. Try again later.`,
        options,
      );
    case "rpc":
      return failureOfCall(server, failure, sentAt);
    default:
      return new AppError("upstream_failed", `${server.name}: ${failure.message}`, options);
  }
}

/** A JSON-RPC error is the server's answer to what the caller sent (JSON-RPC 2.0 §5.1). */
function failureOfCall(server: Server, failure: McpError, sentAt: SentAt): AppError {
  const rpcCode = failure.rpc?.code ?? 0;
  const said = `${server.name} says: ${failure.message}`;
  if (rpcCode === invalidParams && sentAt !== null)
    return new AppError("invalid", said, {
      fields: { rpcCode, errors: [{ path: sentAt, message: failure.message }] },
      cause: failure,
    });
  return new AppError(rpcCode === resourceNotFound ? "not_found" : "upstream_failed", said, {
    fields: { rpcCode, stage: failure.stage },
    cause: failure,
  });
}
