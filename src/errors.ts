/**
 * What the caller can do next, never where it broke. Codes are part of the public contract: one is added here, given
 * its HTTP status in `http/errors.ts` (which does not compile until it is), and never renamed.
 */
export type ErrorCode =
  | "bad_request"
  | "not_authenticated"
  | "sign_in_failed"
  | "email_not_verified"
  | "invitation_required"
  | "insufficient_scope"
  | "cross_origin"
  | "member_auth_required"
  | "invalid_icon_token"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "authorization_required"
  | "server_not_ready"
  | "server_disabled"
  | "not_oauth"
  | "manual_registration_required"
  | "issuer_changed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid"
  | "url_not_allowed"
  | "discovery_failed"
  | "rate_limited"
  | "cancelled"
  | "misdirected_request"
  | "upstream_failed"
  | "upstream_timeout"
  | "internal_error";

/** Where on the way to a remote server something broke. */
export type Stage = "dns" | "connect" | "tls" | "http" | "handshake" | "list" | "token";

export type FieldError = { path: string; message: string };

/** Further members of the error's `detail`. Everything in here is sent to the caller. */
export type ErrorFields = Record<string, string | number | boolean | null | readonly FieldError[]>;

/**
 * A failure the caller can act on.
 *
 * `message` and `fields` are sent, so they hold no secret, no submitted value and nothing of another member's.
 * What only an operator needs goes in `cause`, which is logged and never sent.
 */
export class AppError extends Error {
  override name = "AppError";
  // Not `code`: Elysia reads that property of a thrown error and would take it for one of its own.
  readonly reason: ErrorCode;
  readonly fields: ErrorFields;

  constructor(reason: ErrorCode, message: string, options: { fields?: ErrorFields; cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.reason = reason;
    this.fields = options.fields ?? {};
  }
}

/** Absent, of another workspace, and not visible to this member are one answer, word for word. */
export const notFound = (): AppError =>
  new AppError("not_found", "There is no such thing here, or you cannot see it.");

/** A body that parses but says something impossible; `path` is a JSON Pointer (RFC 6901) into it. */
export const invalid = (path: string, message: string): AppError =>
  new AppError("invalid", message, { fields: { errors: [{ path, message }] } });

/** The same for everything that is wrong with it. */
export const invalidFields = (errors: readonly FieldError[]): AppError =>
  new AppError("invalid", summaryOf(errors), { fields: { errors } });

const summarized = 3;

/** What is wrong as one text, for whoever is shown nothing else. */
export function summaryOf(errors: readonly FieldError[]): string {
  if (errors.length === 0) return "The request does not fit what this endpoint takes.";
  const told = errors.slice(0, summarized).map(({ path, message }) => `${nameOf(path)}: ${message}`);
  const more = errors.length - told.length;
  return [...told, ...(more > 0 ? [`And ${more} more.`] : [])].join(" ");
}

const nameOf = (path: string): string => (path === "" ? "The body" : path.slice(1).replaceAll("/", "."));
