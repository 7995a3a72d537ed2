import type { EgressKind, GuardedFetch } from "#src/net/fetch.ts";
import { ask, failureOf, jsonOf } from "#src/oauth/ask.ts";
import { DiscoveryError, type DiscoveryRule } from "#src/oauth/errors.ts";

/** How discovery goes out, and until when. */
export type Reach = { fetch: GuardedFetch; signal: AbortSignal };

/** Begins the sentences about a document, or about who names one. */
export type DocumentName =
  | "The server's challenge"
  | "The server's protected resource metadata"
  | "The authorization server's metadata"
  | "The sign-in provider's metadata";

const RULES: Record<EgressKind, DiscoveryRule> = {
  refused: "egress_policy",
  failed: "reachable",
  timeout: "in_time",
  too_large: "metadata_size",
};

/**
 * Fetches a metadata document, following redirects on the same host alone.
 *
 * @returns null where the server says that there is none: any 4xx but "later", for many servers answer 401 or 403 to all
 *   that they do not know
 * @throws {DiscoveryError}
 */
export async function fetchDocument(
  reach: Reach,
  url: string,
  name: DocumentName,
): Promise<{ json: unknown } | null> {
  try {
    const response = await ask(reach.fetch, url, { followRedirects: "same-host", signal: reach.signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      if (isAbsence(response.status)) return null;
      throw new DiscoveryError("metadata_status", `${name} was answered with status ${response.status}.`);
    }
    const json = await jsonOf(response);
    if (json === undefined)
      throw new DiscoveryError("metadata_json", `${name} is no JSON document that is safe to use.`);
    return { json };
  } catch (error) {
    if (error instanceof DiscoveryError) throw error;
    throw asDiscoveryError(error, name);
  }
}

function asDiscoveryError(error: unknown, name: DocumentName): DiscoveryError {
  const { how, stage } = failureOf(error);
  const reason = error instanceof Error && how !== "timeout" ? error.message : "It did not arrive in time.";
  return new DiscoveryError(RULES[how], `${name} could not be fetched. ${reason}`, { stage, cause: error });
}

function isAbsence(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}
