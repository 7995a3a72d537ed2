import {
  type Allowances,
  type AuthorizationServer,
  findAuthorizationServer,
  isSameIssuer,
} from "#src/oauth/authorization-server.ts";
import type { DocumentName, Reach } from "#src/oauth/document.ts";
import { checkEndpoint } from "#src/oauth/endpoint.ts";
import { DiscoveryError } from "#src/oauth/errors.ts";
import { type Warning, warnings } from "#src/oauth/warnings.ts";

const LISTED_BY: DocumentName = "The server's protected resource metadata";
const MAX_TRIED = 5;

type Found = { authorizationServer: AuthorizationServer; warnings: Warning[] };

/**
 * Tries the listed authorization servers in turn (RFC 9728 §7.6 leaves the choice to the client), at most five, each with
 * an equal share of the time that is left. One that is wanted and listed is the only one tried: were it down for a minute,
 * another one's word must not replace it.
 *
 * @throws {DiscoveryError} the first one's, where none can be used
 */
export async function firstThatWorks(
  reach: Reach & { endsAt: number },
  listed: readonly string[],
  wanted: { issuer: string | null; allowances: Allowances },
): Promise<Found> {
  const { issuer } = wanted;
  const known = issuer === null ? undefined : listed.find((entry) => isSameIssuer(entry, issuer));
  const candidates = known ? [known] : listed.slice(0, MAX_TRIED);
  let firstFailure: DiscoveryError | null = null;

  for (const [index, candidate] of candidates.entries()) {
    const shareMs = Math.floor(Math.max(0, reach.endsAt - Date.now()) / (candidates.length - index));
    const signal = AbortSignal.any([reach.signal, AbortSignal.timeout(shareMs)]);
    try {
      const authorizationServer = await findListed({ ...reach, signal }, candidate, wanted.allowances);
      return {
        authorizationServer,
        warnings: [
          ...(firstFailure ? [warnings.authorizationServerSkipped] : []),
          ...(authorizationServer.issuer === candidate ? [] : [warnings.issuerSpelledDifferently]),
        ],
      };
    } catch (error) {
      if (!(error instanceof DiscoveryError)) throw error;
      firstFailure ??= error;
    }
  }
  throw (
    firstFailure ??
    new DiscoveryError("authorization_servers_listed", `${LISTED_BY} lists no authorization server.`)
  );
}

/** MCP 2025-03-26, without protected resource metadata: the server's own origin. Null where that publishes nothing. */
export async function originAsAuthorizationServer(
  reach: Reach,
  serverUrl: URL,
  allowances: Allowances,
): Promise<Found | null> {
  const authorizationServer = await findAuthorizationServer(reach, serverUrl.origin, allowances);
  return authorizationServer && { authorizationServer, warnings: [warnings.noProtectedResourceMetadata] };
}

async function findListed(
  reach: Reach,
  issuer: string,
  allowances: Allowances,
): Promise<AuthorizationServer> {
  const url = new URL(checkEndpoint(reach, issuer, "authorization_servers", LISTED_BY));
  if (url.search !== "")
    throw new DiscoveryError("metadata_shape", `${LISTED_BY} lists an issuer with a query (RFC 8414 §2).`);
  const found = await findAuthorizationServer(reach, issuer, allowances);
  if (!found) throw new DiscoveryError("metadata_present", "The authorization server publishes no metadata.");
  return found;
}
