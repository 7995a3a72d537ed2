import { Secret } from "#src/lib/secret.ts";
import { methodForSecret, type TokenEndpointAuthMethod } from "#src/oauth/client-authentication.ts";
import type { Discovery } from "#src/oauth/discovery.ts";
import type { Deps } from "#src/services/context.ts";
import { clientMetadataUrlOf } from "#src/services/oauth/client-metadata.ts";
import { registerOnce } from "#src/services/oauth/register-once.ts";
import {
  type KnownClient,
  manualRegistrationRequired,
  registered,
  registeredAs,
  type Registering,
} from "#src/services/oauth/registered-clients.ts";
import type { Server } from "#src/services/servers/find.ts";

export { forgetClient, type KnownClient } from "#src/services/oauth/registered-clients.ts";

/** What is kept with a flow and a credential of the client that they belong to. */
export type UsedClient = {
  issuer: string;
  clientId: string;
  tokenEndpointAuthMethod: TokenEndpointAuthMethod;
};

/**
 * Our client at a server's issuer: the one an admin entered, else our metadata document, else one that is registered
 * already for this redirect URI (a changed public URL means a new one), else a new one.
 *
 * @throws {AppError} `manual_registration_required` with what to register; `upstream_failed`, `upstream_timeout`
 */
export async function clientFor(
  deps: Registering,
  server: Server,
  discovery: Discovery,
): Promise<KnownClient> {
  const { tokenEndpointAuthMethodsSupported } = discovery.authorizationServer;
  const manual = manualClient(deps, server, (hasSecret) =>
    methodForSecret(tokenEndpointAuthMethodsSupported, hasSecret),
  );
  if (manual) return manual;
  if (discovery.registration === "client_id_metadata") {
    const clientId = clientMetadataUrlOf(deps, server.appUuid);
    if (clientId !== null) return documentedClient(clientId);
  }
  if (discovery.registration === "dynamic") return registerOnce(deps, server, discovery);
  const known = await registered(deps, server, discovery.issuer);
  if (!known) throw manualRegistrationRequired(deps, server);
  return known;
}

/**
 * The client that a code or a credential belongs to, as it is known now; a secret that an admin replaced meanwhile is the
 * new one. Null where the client has been forgotten.
 *
 * @param used.tokenEndpointAuthMethod - the one chosen when the member authorized, by what the metadata offered
 */
export async function clientOf(
  deps: Pick<Deps, "db" | "keyring">,
  server: Server,
  used: UsedClient,
): Promise<KnownClient | null> {
  const { clientId, tokenEndpointAuthMethod } = used;
  if (clientId === server.oauth.clientId)
    return manualClient(deps, server, (hasSecret) => {
      if (!hasSecret) return "none";
      return tokenEndpointAuthMethod === "none" ? "client_secret_basic" : tokenEndpointAuthMethod;
    });
  const known = await registeredAs(deps, server, used);
  return known ?? (clientId.startsWith("https://") ? documentedClient(clientId) : null);
}

/** What an admin's client secret is bound to: the address of a server that moved elsewhere does not open it. */
export const manualSecretFor = (server: { workspaceId: string; appUuid: string; url: string }): string =>
  `server/${server.workspaceId}/${server.appUuid}/${new URL(server.url).origin}/oauth_secret`;

function manualClient(
  { keyring }: Pick<Deps, "keyring">,
  server: Server,
  methodFor: (hasSecret: boolean) => TokenEndpointAuthMethod,
): KnownClient | null {
  const { clientId, tokenEndpointAuthMethod } = server.oauth;
  if (clientId === undefined) return null;
  const secret =
    server.oauthSecret === null
      ? null
      : new Secret(keyring.open(server.oauthSecret, manualSecretFor(server)));
  return {
    clientId,
    clientSecret: secret,
    tokenEndpointAuthMethod: tokenEndpointAuthMethod ?? methodFor(secret !== null),
    registration: "manual",
  };
}

const documentedClient = (clientId: string): KnownClient => ({
  clientId,
  clientSecret: null,
  tokenEndpointAuthMethod: "none",
  registration: "client_id_metadata",
});
