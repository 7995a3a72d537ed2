import { isObject } from "#src/oauth/fields.ts";

/** RFC 6749 §4.1.2.1 and §5.2, RFC 7009 §2.2.1, RFC 7591 §3.2.2, RFC 8707 §2. */
const CODES = new Set([
  "access_denied",
  "invalid_client",
  "invalid_client_metadata",
  "invalid_grant",
  "invalid_redirect_uri",
  "invalid_request",
  "invalid_scope",
  "invalid_software_statement",
  "invalid_target",
  "server_error",
  "temporarily_unavailable",
  "unapproved_software_statement",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
  "unsupported_token_type",
]);

/** GitHub's own names for them. */
const ALIASES = new Map([
  ["bad_refresh_token", "invalid_grant"],
  ["bad_verification_code", "invalid_grant"],
  ["incorrect_client_credentials", "invalid_client"],
  ["redirect_uri_mismatch", "invalid_redirect_uri"],
]);

/**
 * The `error` of an OAuth answer, where it is one that RFCs define; null for anything else. So whatever a hostile server
 * echoes there gets into no message.
 */
export function readErrorCode(json: unknown): string | null {
  if (!isObject(json) || typeof json["error"] !== "string") return null;
  const code = ALIASES.get(json["error"]) ?? json["error"];
  return CODES.has(code) ? code : null;
}
