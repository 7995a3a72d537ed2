import { CallbackError } from "#src/oauth/errors.ts";

const MAX_ERROR_LENGTH = 100;
const MAX_DESCRIPTION_LENGTH = 500;

/** The issuer as recorded with the flow, and whether its metadata promised to send `iss`. */
export type ExpectedIssuer = { issuer: string; authorizationResponseIssParameterSupported: boolean };

/** The server's answer to an authorization request; `error` and `description` are a stranger's text. */
export type AuthorizationAnswer = { code: string } | { error: string; description: string | null };

/**
 * Reads the query that a browser brought back (RFC 6749 §4.1.2). Nothing but `iss` is looked at until that is found good,
 * so that a mix-up shows neither its code nor its error.
 *
 * @throws {CallbackError}
 */
export function readCallback(query: URLSearchParams, expected: ExpectedIssuer): AuthorizationAnswer {
  checkIssuer(query.getAll("iss"), expected);
  return readAnswer(query);
}

/**
 * The same without `iss`, for a server that sends none and has a redirect URI that is nobody else's (RFC 9700 §2.1).
 *
 * @throws {CallbackError}
 */
export function readAnswer(query: URLSearchParams): AuthorizationAnswer {
  const code = only(query, "code");
  const error = only(query, "error");
  const description = only(query, "error_description");

  if (error !== null)
    return {
      error: error.slice(0, MAX_ERROR_LENGTH),
      description: description?.slice(0, MAX_DESCRIPTION_LENGTH) ?? null,
    };
  if (!code) throw new CallbackError("code_missing", "The answer has neither a code nor an error.");
  return { code };
}

/**
 * Compares `iss` with the recorded issuer letter by letter (RFC 9207 §2.4): whenever there is one, and there must be one
 * where the server promised it.
 *
 * @throws {CallbackError}
 */
export function checkIssuer(iss: readonly string[], expected: ExpectedIssuer): void {
  if (iss.length > 1) throw doubled("iss");
  if (iss.length === 0 && expected.authorizationResponseIssParameterSupported)
    throw new CallbackError(
      "issuer_missing",
      "The answer does not name its issuer, though that was promised (RFC 9207).",
    );
  if (iss.length === 1 && iss[0] !== expected.issuer)
    throw new CallbackError("issuer_identical", "The answer comes from another issuer (RFC 9207).");
}

function only(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name);
  if (values.length > 1) throw doubled(name);
  return values[0] ?? null;
}

/** RFC 6749 §3.1: parameters must not be included more than once. */
function doubled(name: string): CallbackError {
  return new CallbackError("doubled_parameter", `The answer has more than one "${name}".`);
}
