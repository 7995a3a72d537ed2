import type { GuardedFetch } from "#src/net/fetch.ts";
import type { Allowances, AuthorizationServer } from "#src/oauth/authorization-server.ts";
import { bearerChallenge } from "#src/oauth/challenge.ts";
import { firstThatWorks, originAsAuthorizationServer } from "#src/oauth/issuers.ts";
import {
  canonicalResource,
  findProtectedResource,
  isExactResource,
  type ProtectedResource,
} from "#src/oauth/protected-resource.ts";
import { chooseRegistration, type Registration } from "#src/oauth/registration.ts";
import { parseScope } from "#src/oauth/scopes.ts";
import { warnings, type Warning } from "#src/oauth/warnings.ts";

const WITHIN_MS = 10_000;
const OFFLINE_ACCESS = "offline_access";

/** What is read, in this order. The first of them may be all. */
export type DiscoveryStep = "protected_resource" | "authorization_server";

export type DiscoveryRequest = {
  /** `WWW-Authenticate` of the server's 401 or 403, one value per line, or joined; null where it sent none. */
  challenges: string | readonly string[] | null;
  /** The issuer that credentials are held of, or that an admin chose: as long as it is listed, no other is tried. */
  issuer: string | null;
  allowances: Allowances;
  /** Whether a Client ID Metadata Document of ours can be fetched from outside. */
  canPublishMetadata: boolean;
  /** Ends discovery early, when nobody waits for it any more. */
  signal?: AbortSignal;
  /** Told of each step as it begins. */
  onStep?: (step: DiscoveryStep) => void;
};

export type Discovery = {
  /** Null at servers of 2025-03-26, whose origin is their authorization server. */
  protectedResource: ProtectedResource | null;
  authorizationServer: AuthorizationServer;
  /** `authorizationServer.issuer`: what credentials belong to. Not `request.issuer` where that is no longer listed. */
  issuer: string;
  /** What to send as `resource` (RFC 8707 §2). */
  resource: string;
  /** What to ask for: the challenge's scopes, else the published ones, else none; `offline_access` where it is listed. */
  scopes: string[];
  registration: Registration;
  warnings: Warning[];
};

/**
 * Learns how a protected MCP server wants to be authorized, within 10 seconds, by nothing but reading.
 *
 * @returns null where nothing says that it wants OAuth: no metadata advertised, none published for it or its origin
 * @throws {DiscoveryError} naming the rule that was broken and the stage
 */
export async function discover(
  fetch: GuardedFetch,
  serverUrl: string,
  request: DiscoveryRequest,
): Promise<Discovery | null> {
  const deadline = AbortSignal.timeout(WITHIN_MS);
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
  const reach = { fetch, signal, endsAt: Date.now() + WITHIN_MS };
  const url = new URL(serverUrl);
  const challenge = bearerChallenge(request.challenges);

  const { onStep = () => {} } = request;
  onStep("protected_resource");
  const protectedResource = await findProtectedResource(reach, url, challenge?.resourceMetadata ?? null);
  onStep("authorization_server");
  const found = protectedResource
    ? await firstThatWorks(reach, protectedResource.authorizationServers, request)
    : await originAsAuthorizationServer(reach, url, request.allowances);
  if (!found) return null;

  const { authorizationServer } = found;
  const resource = protectedResource?.resource ?? canonicalResource(url);
  const registration = chooseRegistration(authorizationServer, request.canPublishMetadata);
  const challenged = parseScope(challenge?.scope ?? null);
  const wanted = challenged.length > 0 ? challenged : (protectedResource?.scopesSupported ?? []);
  return {
    protectedResource,
    authorizationServer,
    issuer: authorizationServer.issuer,
    resource,
    scopes: withOfflineAccess(wanted, authorizationServer),
    registration,
    warnings: [
      ...found.warnings,
      ...(isExactResource(url, resource) ? [] : [warnings.resourceIsBroader]),
      ...(authorizationServer.codeChallengeMethodsSupported.length > 0 ? [] : [warnings.pkceNotAdvertised]),
      ...(registration === "dynamic" ? [warnings.dcrDeprecated] : []),
    ],
  };
}

/**
 * SEP-2207: `offline_access` is asked for where the authorization server lists it, whoever else names it. Not alone: that
 * would take the place of the server's own default scopes.
 */
function withOfflineAccess(scopes: readonly string[], { scopesSupported }: AuthorizationServer): string[] {
  const others = scopes.filter((scope) => scope !== OFFLINE_ACCESS);
  const isWanted = others.length > 0 && scopesSupported.includes(OFFLINE_ACCESS);
  return isWanted ? [...others, OFFLINE_ACCESS] : others;
}
