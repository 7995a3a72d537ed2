import type { Stage } from "#src/errors.ts";
import { readJson } from "#src/net/documents.ts";
import { EgressError, type EgressKind, type GuardedFetch, type GuardedInit } from "#src/net/fetch.ts";

/** What any answer of a metadata, registration, token or revocation endpoint may take. */
export const LIMITS = { maxBytes: 1024 * 1024, totalMs: 10_000 };

/** Why no answer came, in the words of the egress guard. */
export type Failure = { how: EgressKind; stage: Stage };

/** One request within the limits that all of OAuth shares. */
export function ask(fetch: GuardedFetch, url: string, init: GuardedInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("accept", "application/json");
  return fetch(url, { ...init, headers, limits: LIMITS });
}

/** Sends a form, as token and revocation endpoints take it (RFC 6749 §4.1.3, RFC 7009 §2.1). */
export function askWithForm(
  fetch: GuardedFetch,
  url: string,
  headers: Headers,
  form: URLSearchParams,
): Promise<Response> {
  headers.set("content-type", "application/x-www-form-urlencoded");
  return ask(fetch, url, { method: "POST", headers, body: form.toString() });
}

/** The JSON of an answer that came; undefined where it broke off or is no document that is safe to use. */
export async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await readJson(response, LIMITS.maxBytes);
  } catch (error) {
    if (error instanceof EgressError && error.kind === "failed") return undefined;
    throw error;
  }
}

/** Tells apart what the world did. Whatever else was thrown, a caller's own abort among it, is thrown on. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EgressError) return { how: error.kind, stage: error.stage };
  if (error instanceof DOMException && error.name === "TimeoutError")
    return { how: "timeout", stage: "http" };
  throw error;
}
