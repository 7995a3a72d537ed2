import { STATUS_CODES } from "node:http";
import { Elysia, NotFoundError, ParseError, ValidationError } from "elysia";
import { AppError, type ErrorCode, invalidFields, summaryOf } from "#src/errors.ts";
import { compressed } from "#src/http/compression.ts";
import { faultsOf } from "#src/http/faults.ts";
import { pageError } from "#src/http/page-errors.ts";
import { wantsPage } from "#src/http/page-request.ts";
import type { AllowedAt } from "#src/http/methods.ts";
import { isUnsafe, requestOf, urlOf } from "#src/http/request.ts";
import type { Logger } from "#src/lib/log.ts";

/** The only place where HTTP's numbers stand. */
export const statusOf = {
  bad_request: 400,
  sign_in_failed: 400,
  not_authenticated: 401,
  insufficient_scope: 403,
  cross_origin: 403,
  email_not_verified: 403,
  invitation_required: 403,
  member_auth_required: 403,
  invalid_icon_token: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  authorization_required: 409,
  server_not_ready: 409,
  server_disabled: 409,
  not_oauth: 409,
  manual_registration_required: 409,
  issuer_changed: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  misdirected_request: 421,
  invalid: 422,
  url_not_allowed: 422,
  discovery_failed: 422,
  rate_limited: 429,
  // Nobody reads it: it stands in the log, as others write it there too.
  cancelled: 499,
  internal_error: 500,
  upstream_failed: 502,
  upstream_timeout: 504,
} as const satisfies Record<ErrorCode, number>;

/** Turns whatever was thrown into the one error shape, and logs what only an operator should read. */
export const errors = (log: Logger, publicUrl: URL, allowedAt: AllowedAt) =>
  new Elysia({ name: "http.errors" }).onError({ as: "global" }, async ({ error, request, set }) => {
    const failure = failureOf(error, () => allowedAt(urlOf(request).pathname));
    const { headers } = requestOf(request);
    if (failure.reason === "method_not_allowed") headers["allow"] = String(failure.fields["allow"]);
    // Asks for that header, and is no fault.
    const isQuestion = request.method === "OPTIONS" && failure.reason === "method_not_allowed";
    const answer = isQuestion
      ? new Response(null, { status: 204, headers })
      : await answerTo(request, failure, { log, publicUrl });
    // It stands in the answer, and of all headers this is the one that would be added once more.
    delete headers["set-cookie"];
    // The access log reads the status from here.
    set.status = answer.status;
    return compressed(request, answer);
  });

type Means = { log: Logger; publicUrl: URL };

/** What a request is answered with that failed after its answer had begun. */
export const answerToFailure = (request: Request, error: unknown, means: Means): Promise<Response> =>
  answerTo(
    request,
    failureOf(error, () => []),
    means,
  );

async function answerTo(request: Request, failure: AppError, { log, publicUrl }: Means): Promise<Response> {
  const status = statusOf[failure.reason];
  const { id: requestId, headers } = requestOf(request);
  if (status >= 500)
    log.error({ requestId, reason: failure.reason, error: failure.cause ?? failure }, "request failed");
  // Whoever is refused before their body was read may go on sending it for ever.
  if (isUnsafe(request) && request.body && !request.bodyUsed) headers["connection"] = "close";
  return wantsPage(request)
    ? await pageError(request, failure, status, publicUrl)
    : errorResponse(request, failure);
}

/** `{ detail: { code, message, requestId, … } }`, or the same facts as RFC 9457 where the client asks for them. */
export function errorResponse(request: Request, failure: AppError): Response {
  const status = statusOf[failure.reason];
  const { id: requestId, headers: known } = requestOf(request);
  const headers = new Headers({ ...headersOf(failure), ...known, "cache-control": "no-store" });

  if (request.headers.get("accept")?.includes("application/problem+json")) {
    headers.set("content-type", "application/problem+json");
    const problem = {
      type: `urn:switchyard:error:${failure.reason}`,
      title: STATUS_CODES[status] ?? "Error",
      status,
      detail: failure.message,
      code: failure.reason,
      requestId,
      ...failure.fields,
    };
    return new Response(JSON.stringify(problem), { status, headers });
  }

  const detail = { code: failure.reason, message: failure.message, requestId, ...failure.fields };
  headers.set("content-type", "application/json;charset=utf-8");
  return new Response(JSON.stringify({ detail }), { status, headers });
}

function headersOf(failure: AppError): Record<string, string> {
  if (failure.reason === "not_authenticated") return { "www-authenticate": 'Bearer realm="Switchyard"' };
  if (failure.reason !== "rate_limited") return {};
  // Of a limit on requests the request itself knows more; this is what is due where too much is under way.
  const seconds = String(failure.fields["retryAfterSeconds"] ?? 1);
  return {
    "retry-after": seconds,
    ratelimit: `"concurrent";r=0;t=${seconds}`,
    "ratelimit-policy": `"concurrent";q=4;w=1`,
  };
}

function failureOf(error: unknown, allowed: () => string[]): AppError {
  if (error instanceof AppError) return error;
  // Elysia takes whatever is thrown before and while a body is read for a fault of parsing.
  if (error instanceof ParseError && error.cause instanceof AppError) return error.cause;
  if (error instanceof ValidationError) return failureOfValidation(error);
  if (error instanceof NotFoundError) return misrouted(allowed());
  if (error instanceof ParseError)
    return new AppError("bad_request", "The request could not be read.", { cause: error });
  return new AppError(
    "internal_error",
    "Something broke on our side. Nothing you sent was lost on purpose; try again.",
    {
      cause: error,
    },
  );
}

/** Where the path is right and the method is not, says which there are (RFC 9110 §15.5.6). */
function misrouted(allowed: string[]): AppError {
  if (allowed.length === 0) return new AppError("not_found", "No such endpoint. See /api/docs.");
  const allow = allowed.join(", ");
  return new AppError("method_not_allowed", `This endpoint takes ${allow}. See /api/docs.`, {
    fields: { allow },
  });
}

/** Elysia's own message repeats the submitted value, which may be a secret: only path and rule leave. */
function failureOfValidation(error: ValidationError): AppError {
  switch (error.type) {
    case "body":
      return invalidFields(faultsOf(error));
    case "params":
      return new AppError("not_found", "There is no such thing here, or you cannot see it.");
    case "response":
      return new AppError("internal_error", "Something broke on our side.", { cause: error });
    default: {
      const errors = faultsOf(error);
      return new AppError("bad_request", summaryOf(errors), { fields: { errors } });
    }
  }
}
