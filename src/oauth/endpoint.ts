import { EgressError } from "#src/net/fetch.ts";
import type { DocumentName, Reach } from "#src/oauth/document.ts";
import { DiscoveryError } from "#src/oauth/errors.ts";

/**
 * A URL that a document names for us or for a browser to call: https, or http on a loopback host that the egress policy
 * lets through; no user name, no fragment (RFC 6749 §3.1, §3.2), and nothing that the policy is known to refuse.
 *
 * @throws {DiscoveryError} `https`, `metadata_shape` or `egress_policy`
 */
export function checkEndpoint(
  reach: Pick<Reach, "fetch">,
  text: string,
  field: string,
  name: DocumentName,
): string {
  const url = parseUri(text);
  if (!url) throw new DiscoveryError("metadata_shape", `${name} has no URL in "${field}".`);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname)))
    throw new DiscoveryError("https", `${name} names a "${field}" that is not https.`);
  if (url.username !== "" || url.password !== "" || url.hash !== "")
    throw new DiscoveryError("metadata_shape", `${name} has a user name or a fragment in "${field}".`);
  try {
    reach.fetch.check(url);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    throw new DiscoveryError(
      "egress_policy",
      `${name} names a "${field}" that is not called. ${error.message}`,
      {
        stage: error.stage,
        cause: error,
      },
    );
  }
  return url.href;
}

/** A URI is printable ASCII (RFC 3986 §2); the parser of the web would forgive and drop white space around and in it. */
export function parseUri(text: string): URL | null {
  return /^[\x21-\x7e]+$/.test(text) ? URL.parse(text) : null;
}

/** Names and addresses that never leave the machine (RFC 6761 §6.3, RFC 8252 §7.3). */
export function isLoopback(hostname: string): boolean {
  return hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname) || /^(.+\.)?localhost$/.test(hostname);
}
