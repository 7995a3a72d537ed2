import { AppError, notFound } from "#src/errors.ts";
import * as flowRows from "#src/db/oauth-flows.ts";
import { isForeignKeyViolation } from "#src/db/rows.ts";
import { hashToken, sessionSecret } from "#src/lib/tokens.ts";
import { startAuthorization } from "#src/oauth/authorization.ts";
import type { Discovery } from "#src/oauth/discovery.ts";
import { askable, union, withinCeiling } from "#src/oauth/scopes.ts";
import type { Ctx } from "#src/services/context.ts";
import { redirectUriOf } from "#src/services/oauth/client-metadata.ts";
import { clientFor, type KnownClient } from "#src/services/oauth/clients.ts";
import { challengeOf, discover } from "#src/services/oauth/discover.ts";
import { sealFlow } from "#src/services/oauth/flow.ts";
import { keepRegistration } from "#src/services/oauth/registrations.ts";
import { find, type ServerInUse } from "#src/services/servers/find.ts";

const flowMs = 10 * 60_000;

/** Where to send the browser, and what it has to bring back to show that it is the one that began. */
export type Begun = {
  url: string;
  state: string;
  workspaceId: string;
  browserSecret: string;
  expiresAt: Date;
};

/**
 * Begins an authorization of the asking member at a server. Discovers and registers first where that is due.
 *
 * @param returnTo - a path of ours to come back to, already checked; null for the server's own page
 * @throws {AppError} `not_oauth`, `issuer_changed`, `manual_registration_required`, `discovery_failed`, or what broke;
 *   `conflict` and `not_found` where somebody moved or deleted the server meanwhile
 */
export async function begin(ctx: Ctx, serverId: number, returnTo: string | null): Promise<Begun> {
  const use = await find(ctx, serverId);
  const { server } = use;
  if (server.authType !== "oauth")
    throw new AppError("not_oauth", `${server.name} has no sign-in of its own: connect by its credentials.`);
  const discovery = await discover(ctx, server, await challengeOf(ctx, server));
  if (!discovery) throw new AppError("not_oauth", `${server.name} asks for no sign-in. Enable it anew.`);
  const client = await clientFor(ctx, server, discovery);
  const { registration } = client;
  await keepRegistration(ctx, server, { registration, issuer: discovery.issuer });
  return start(ctx, use, { discovery, client, returnTo });
}

type Found = { discovery: Discovery; client: KnownClient; returnTo: string | null };

async function start(ctx: Ctx, use: ServerInUse, { discovery, client, returnTo }: Found): Promise<Begun> {
  const { server } = use;
  const { authorizationServer, issuer } = discovery;
  const redirectUri = redirectUriOf(ctx, server.appUuid);
  const resource = (server.oauth.sendResource ?? true) ? discovery.resource : null;
  const scopes = scopesFor(use, discovery);
  const { url, state, codeVerifier } = startAuthorization({
    authorizationEndpoint: authorizationServer.authorizationEndpoint,
    clientId: client.clientId,
    redirectUri,
    scopes,
    resource,
    authorizationParameters: server.oauth.authorizationParameters ?? {},
  });

  const browserSecret = sessionSecret();
  const expiresAt = new Date(Date.now() + flowMs);
  const place = { workspaceId: server.workspaceId, stateHash: hashToken(state) };
  const owner = { serverId: server.id, memberId: ctx.member.id, browserHash: hashToken(browserSecret) };
  const sealed = sealFlow(ctx, place, {
    codeVerifier: codeVerifier.reveal(),
    serverUrl: server.url,
    clientId: client.clientId,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
    tokenEndpoint: authorizationServer.tokenEndpoint,
    revocationEndpoint: authorizationServer.revocationEndpoint,
    issParameterPromised: authorizationServer.authorizationResponseIssParameterSupported,
  });
  const flow = { ...place, ...owner, issuer, redirectUri, resource, scopes, returnTo, expiresAt, sealed };
  await flowRows.insert(ctx.db, flow).catch((error: unknown) => {
    throw isForeignKeyViolation(error) ? notFound() : error;
  });
  return { url, state, workspaceId: server.workspaceId, browserSecret, expiresAt };
}

/**
 * What an admin chose, else what was discovered. Where the server asked for more, or the grant has ended, what the member had
 * comes first, so that the new grant is no smaller than the one that it replaces; there is an end to what one may ask for.
 */
function scopesFor({ server, credential }: ServerInUse, discovery: Discovery): string[] {
  const asked = server.oauth.scopes ?? discovery.scopes;
  const isReplacing = credential && (credential.wantedScopes.length > 0 || credential.status === "expired");
  const scopes = isReplacing ? union(credential.scopes, credential.wantedScopes, asked) : asked;
  return askable(withinCeiling(scopes, server.oauth.scopeCeiling ?? null));
}
