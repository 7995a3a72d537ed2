import { AppError } from "#src/errors.ts";
import * as rows from "#src/db/oauth-clients.ts";
import { Secret } from "#src/lib/secret.ts";
import { type Client, methodForSecret } from "#src/oauth/client-authentication.ts";
import type { Discovery } from "#src/oauth/discovery.ts";
import { RegistrationError } from "#src/oauth/errors.ts";
import { registerClient, type Registration } from "#src/oauth/registration.ts";
import type { Deps } from "#src/services/context.ts";
import { clientMetadataUrlOf, describeClient, redirectUriOf } from "#src/services/oauth/client-metadata.ts";
import type { Server } from "#src/services/servers/find.ts";

type Registering = Pick<Deps, "db" | "fetch" | "settings" | "keyring">;

/**
 * Our client at a server's issuer: the one an admin entered, else our metadata document, else one that is registered
 * already for this redirect URI (a changed public URL means a new one), else a new one.
 *
 * @throws {AppError} `manual_registration_required` with what to register; `upstream_failed`, `discovery_failed`
 */
export async function clientFor(deps: Registering, server: Server, discovery: Discovery): Promise<Client & { registration: Registration }> {
  const manual = manualClient(deps, server, discovery.authorizationServer.tokenEndpointAuthMethodsSupported);
  if (manual) return { ...manual, registration: "manual" };
  if (discovery.registration === "client_id_metadata") {
    const clientId = clientMetadataUrlOf(deps, server.appUuid);
    if (clientId !== null) return { ...publicClient(clientId), registration: "client_id_metadata" };
  }
  const redirectUri = redirectUriOf(deps, server.appUuid);
  const known = await rows.find(deps.db, { workspaceId: server.workspaceId, serverId: server.id, issuer: discovery.issuer, redirectUri });
  if (known && isLive(known)) return { ...opened(deps, server, known), registration: "dynamic" };
  if (discovery.registration !== "dynamic") throw manualRegistrationRequired(deps, server);
  return { ...(await register(deps, server, discovery)), registration: "dynamic" };
}

/**
 * The client that a credential's tokens were given to, as it is known now; a secret that an admin replaced meanwhile is
 * the new one. Null where the client has been forgotten.
 */
export async function clientOf(
  deps: Registering,
  server: Server,
  { issuer, clientId }: { issuer: string; clientId: string },
): Promise<Client | null> {
  if (clientId === server.oauth.clientId) return manualClient(deps, server, []);
  const known = await rows.findById(deps.db, { workspaceId: server.workspaceId, serverId: server.id, issuer, clientId });
  if (known) return opened(deps, server, known);
  return clientId.startsWith("https://") ? publicClient(clientId) : null;
}

/** What an admin's client secret is bound to. */
export const manualSecretFor = (server: { workspaceId: string; appUuid: string }): string =>
  `server/${server.workspaceId}/${server.appUuid}/oauth_secret`;

const publicClient = (clientId: string): Client => ({ clientId, clientSecret: null, tokenEndpointAuthMethod: "none" });

function manualClient(deps: Registering, server: Server, supported: readonly string[]): Client | null {
  const { clientId, tokenEndpointAuthMethod } = server.oauth;
  if (clientId === undefined) return null;
  const secret = server.oauthSecret === null ? null : deps.keyring.open(server.oauthSecret, manualSecretFor(server));
  return {
    clientId,
    clientSecret: secret === null ? null : new Secret(secret),
    tokenEndpointAuthMethod: tokenEndpointAuthMethod ?? methodForSecret(supported, secret !== null),
  };
}

const isLive = ({ secretExpiresAt }: rows.OAuthClientRow): boolean =>
  secretExpiresAt === null || secretExpiresAt.getTime() > Date.now();

const opened = (deps: Registering, server: Server, row: rows.OAuthClientRow): Client => ({
  clientId: row.clientId,
  clientSecret: row.clientSecret === null ? null : new Secret(deps.keyring.open(row.clientSecret, secretFor(server, row))),
  tokenEndpointAuthMethod: row.tokenEndpointAuthMethod,
});

const secretFor = (server: Server, { issuer, redirectUri }: { issuer: string; redirectUri: string }): string =>
  `oauth_client/${server.workspaceId}/${server.id}/${issuer}/${redirectUri}/client_secret`;

async function register(deps: Registering, server: Server, { authorizationServer, issuer }: Discovery): Promise<Client> {
  const description = describeClient(deps, server.appUuid);
  const client = await registerClient(deps.fetch, authorizationServer, description).catch((failure: unknown) => {
    throw registrationFailure(deps, server, failure);
  });
  const place = { issuer, redirectUri: description.redirectUri };
  // Two members may have begun at once: whoever came first is kept, so both go on with one client.
  const row = await rows.putIfAbsent(deps.db, {
    workspaceId: server.workspaceId,
    serverId: server.id,
    ...place,
    clientId: client.clientId,
    clientSecret: client.clientSecret && deps.keyring.seal(client.clientSecret.reveal(), secretFor(server, place)),
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
    secretExpiresAt: client.clientSecretExpiresAt,
  });
  return opened(deps, server, row);
}

function registrationFailure(deps: Registering, server: Server, failure: unknown): unknown {
  if (!(failure instanceof RegistrationError)) return failure;
  const options = { fields: { stage: failure.stage }, cause: failure };
  if (failure.kind === "unavailable") return new AppError("upstream_failed", `${server.name}: ${failure.message}`, options);
  return manualRegistrationRequired(deps, server, failure.message, failure);
}

function manualRegistrationRequired(
  deps: Registering,
  server: Server,
  why = "It does not register clients by itself.",
  cause?: unknown,
): AppError {
  return new AppError(
    "manual_registration_required",
    `${server.name} needs a client that somebody registers by hand. ${why} Register redirectUri at its authorization server and enter the client id here.`,
    { fields: { redirectUri: redirectUriOf(deps, server.appUuid), appUuid: server.appUuid }, cause },
  );
}

/** The authorization server no longer knows it: the next authorization registers anew. */
export const forgetClient = (deps: Pick<Deps, "db">, server: Server, issuer: string): Promise<void> =>
  rows.remove(deps.db, { workspaceId: server.workspaceId, serverId: server.id, issuer });
