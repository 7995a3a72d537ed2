import { AppError, type ErrorCode } from "#src/errors.ts";
import { statusOf } from "#src/http/errors.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Trouble } from "#views/servers/trouble.tsx";

/** What a server, or one's connection to it, may be in the way of: told on the server's own page. */
const tellable: ErrorCode[] = [
  "member_auth_required",
  "authorization_required",
  "server_not_ready",
  "server_disabled",
  "issuer_changed",
  "invalid",
  "url_not_allowed",
  "rate_limited",
  "upstream_failed",
  "upstream_timeout",
];

export type Tried<T> =
  { done: T; trouble: null; status: 200 } | { done: null; trouble: Trouble; status: number };

/** Asks a server for something. What goes wrong there is a value, to be shown in the place of what was asked for. */
export async function inPlace<T>(ctx: Ctx, work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { done: await work(), trouble: null, status: 200 };
  } catch (failure) {
    if (!(failure instanceof AppError) || !isTellable(failure)) throw failure;
    const { reason: code, message } = failure;
    return { done: null, trouble: { code, message, requestId: ctx.requestId }, status: statusOf[code] };
  }
}

/** Not found by us is no page at all; not found by the server is its answer. */
const isTellable = ({ reason, fields }: AppError): boolean =>
  tellable.includes(reason) || (reason === "not_found" && "rpcCode" in fields);
