import { AppError, notFound } from "#src/errors.ts";
import * as rows from "#src/db/oauth-clients.ts";
import { isForeignKeyViolation } from "#src/db/rows.ts";
import { Secret } from "#src/lib/secret.ts";
import type { Client } from "#src/oauth/client-authentication.ts";
import type { Discovery } from "#src/oauth/discovery.ts";
import { RegistrationError } from "#src/oauth/errors.ts";
import { registerClient, type Registration } from "#src/oauth/registration.ts";
import type { Deps } from "#src/services/context.ts";
import { describeClient, redirectUriOf } from "#src/services/oauth/client-metadata.ts";
import { troubleOf } from "#src/services/oauth/trouble.ts";
import type { Server } from "#src/services/servers/find.ts";

export type Registering = Pick<Deps, "db" | "fetch" | "settings" | "keyring" | "log">;

/** A client of ours, and how it came to be. */
export type KnownClient = Client & { registration: Registration };

/** The one that is registered for our present redirect URI, as long as its secret works. */
export async function registered(
  deps: Registering,
  server: Server,
  issuer: string,
): Promise<KnownClient | null> {
  const redirectUri = redirectUriOf(deps, server.appUuid);
  const row = await rows.find(deps.db, { ...placeOf(server, issuer), redirectUri });
  return row && isLive(row) ? open(deps, server, row) : null;
}

/** One that was registered for whichever redirect URI. */
export async function registeredAs(
  deps: Pick<Deps, "db" | "keyring">,
  server: Server,
  { issuer, clientId }: { issuer: string; clientId: string },
): Promise<KnownClient | null> {
  const row = await rows.findById(deps.db, { ...placeOf(server, issuer), clientId });
  return row ? open(deps, server, row) : null;
}

/**
 * Asks for a new one, whoever else does; `registerOnce` sees to it that nobody does.
 *
 * @throws {AppError} `upstream_failed`, `upstream_timeout`, `manual_registration_required`; `not_found` where the server is
 *   deleted by then
 */
export async function register(
  deps: Registering,
  server: Server,
  { authorizationServer, issuer }: Discovery,
): Promise<KnownClient> {
  const description = describeClient(deps, server.appUuid);
  const client = await registerClient(deps.fetch, authorizationServer, description).catch(
    (failure: unknown) => {
      throw registrationFailure(deps, server, failure);
    },
  );
  const { redirectUri } = description;
  const { clientId, clientSecret, tokenEndpointAuthMethod, clientSecretExpiresAt } = client;
  // Whoever was slower than their lease goes on with the one that came meanwhile.
  const keeping = rows.putIfAbsent(deps.db, {
    ...placeOf(server, issuer),
    redirectUri,
    clientId,
    clientSecret:
      clientSecret && deps.keyring.seal(clientSecret.reveal(), secretFor(server, { issuer, redirectUri })),
    tokenEndpointAuthMethod,
    secretExpiresAt: clientSecretExpiresAt,
  });
  const row = await keeping.catch((error: unknown) => {
    throw isForeignKeyViolation(error) ? notFound() : error;
  });
  return open(deps, server, row);
}

/** The authorization server no longer knows it: the next authorization registers anew. */
export const forgetClient = (
  { db }: Pick<Deps, "db">,
  server: Server,
  { issuer, clientId }: { issuer: string; clientId: string },
): Promise<void> => rows.remove(db, { ...placeOf(server, issuer), clientId });

export const manualRegistrationRequired = (
  deps: Registering,
  server: Server,
  why = "It does not register clients by itself.",
  cause?: unknown,
): AppError =>
  new AppError(
    "manual_registration_required",
    `${server.name} needs a client that somebody registers by hand. ${why} Register redirectUri at its authorization server and enter the client id here.`,
    { fields: { redirectUri: redirectUriOf(deps, server.appUuid), appUuid: server.appUuid }, cause },
  );

function registrationFailure(deps: Registering, server: Server, failure: unknown): unknown {
  if (!(failure instanceof RegistrationError)) return failure;
  const options = { fields: { stage: failure.stage }, cause: failure };
  if (failure.kind === "unavailable")
    return new AppError(troubleOf(failure), `${server.name}: ${failure.message}`, options);
  return manualRegistrationRequired(deps, server, failure.message, failure);
}

const placeOf = (server: Server, issuer: string) => ({
  workspaceId: server.workspaceId,
  serverId: server.id,
  issuer,
});

const isLive = ({ secretExpiresAt }: rows.OAuthClientRow): boolean =>
  secretExpiresAt === null || secretExpiresAt.getTime() > Date.now();

const open = ({ keyring }: Pick<Deps, "keyring">, server: Server, row: rows.OAuthClientRow): KnownClient => ({
  clientId: row.clientId,
  clientSecret:
    row.clientSecret === null ? null : new Secret(keyring.open(row.clientSecret, secretFor(server, row))),
  tokenEndpointAuthMethod: row.tokenEndpointAuthMethod,
  registration: "dynamic",
});

/** What its secret is bound to. */
export const secretFor = (
  { workspaceId, id }: Pick<Server, "workspaceId" | "id">,
  { issuer, redirectUri }: { issuer: string; redirectUri: string },
): string => `oauth_client/${workspaceId}/${id}/${issuer}/${redirectUri}/client_secret`;
