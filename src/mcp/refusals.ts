import { McpError } from "#src/mcp/errors.ts";

/** Hides our credentials in what a server says. */
type Mask = (text: string) => string;

/** For a 401. */
export function unauthorized(response: Response, mask: Mask): McpError {
  const challenge = challengeOf(response, mask);
  return new McpError("unauthorized", "http", "The server asks for an authorization.", {
    status: 401,
    challenge,
  });
}

/** For a 403, which may ask for more scopes (RFC 6750 §3.1) or be the end of it. */
export function forbidden(response: Response, mask: Mask): McpError {
  const details = { status: 403, challenge: challengeOf(response, mask) };
  const wantsScope = details.challenge.some((value) => /\berror\s*=\s*"?insufficient_scope\b/i.test(value));
  if (!wantsScope) return new McpError("failed", "http", "The server forbids this (HTTP 403).", details);
  return new McpError(
    "insufficient_scope",
    "http",
    "The server asks for an authorization with more scopes.",
    details,
  );
}

/**
 * A `Headers` object joins several lines to one; a parser of RFC 9110 reads that as it reads the lines. What is in it is
 * kept, and becomes part of addresses.
 */
export function challengeOf(response: Response, mask: Mask): string[] {
  const value = response.headers.get("www-authenticate");
  return value === null ? [] : [mask(value)];
}
