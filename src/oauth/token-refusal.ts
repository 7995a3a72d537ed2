import { readErrorCode } from "#src/oauth/error-code.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { isObject } from "#src/oauth/fields.ts";

/**
 * What follows from the error codes of a token endpoint: RFC 6749 §5.2, and `invalid_target` of RFC 8707 §2. Nothing else
 * says anything of a grant or a client: a code that is not here leaves everything as it is.
 */
const KINDS: Record<string, TokenError["kind"]> = {
  // The code or refresh token is "invalid, expired, revoked" or another client's.
  invalid_grant: "invalid_grant",
  // "Client authentication failed": the client is unknown, or its secret is not the right one.
  invalid_client: "invalid_client",
  // The client "is not authorized to use this authorization grant type". Several servers say that of an unknown one.
  unauthorized_client: "invalid_client",
  // What we send is not what this server takes; an admin has the switches for it.
  invalid_request: "refused",
  invalid_scope: "refused",
  invalid_target: "refused",
  unsupported_grant_type: "refused",
};

/**
 * The statuses that an error code counts with: 400, and 401 for a client, as RFC 6749 §5.2 says; 403, which is common; and
 * 200, with which GitHub says its errors. With any other status the endpoint is in trouble, has moved, or it is not the
 * endpoint that answers but what stands before it (a gateway, a firewall), whose words say nothing about a grant.
 */
const isSaidWith = (status: number): boolean =>
  (status >= 200 && status < 300) || status === 400 || status === 401 || status === 403;

/** What an answer means that brought no tokens, whatever else it says. */
export function tokenRefusal(status: number, json: unknown): TokenError {
  const code = readErrorCode(json);
  const words = code ?? (saysError(json) ? "an error of its own" : `status ${status}`);
  const known = code !== null && Object.hasOwn(KINDS, code) ? KINDS[code] : undefined;
  const kind = (isSaidWith(status) && known) || "unavailable";
  return new TokenError(kind, `The token endpoint answered with ${words}.`, {
    code,
    mayHaveWorked: status >= 500,
  });
}

export const saysError = (json: unknown): boolean =>
  isObject(json) && typeof json["error"] === "string" && json["error"] !== "";
