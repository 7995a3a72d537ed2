import { randomUUID } from "node:crypto";
import type { Grant } from "#src/credentials/oauth.ts";
import type { CredentialRow } from "#src/db/credentials.ts";
import * as rows from "#src/db/revocations.ts";
import { KeyringError } from "#src/lib/keyring.ts";
import type { Client } from "#src/oauth/client-authentication.ts";
import type { Deps } from "#src/services/context.ts";
import { clientOf } from "#src/services/oauth/clients.ts";
import { GrantEnded, holdsGrant, openGrant, usedClient } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

/** A token to revoke, and all it takes once server, client and member are gone. */
export type Order = {
  revocationEndpoint: string;
  token: string;
  tokenType: "access_token" | "refresh_token";
  clientId: string;
  clientSecret: string | null;
  tokenEndpointAuthMethod: Client["tokenEndpointAuthMethod"];
};

/** An order that is put down. */
export type PendingRevocation = { workspaceId: string; id: string; order: Order };

const firstRetryMs = 60_000;

/** The refresh token where there is one: with it the access tokens end as well (RFC 7009 §2.1). */
export const orderFor = (grant: Grant, client: Client): Order | null =>
  grant.revocationEndpoint === null
    ? null
    : {
        revocationEndpoint: grant.revocationEndpoint,
        token: grant.refreshToken ?? grant.accessToken,
        tokenType: grant.refreshToken ? "refresh_token" : "access_token",
        clientId: client.clientId,
        clientSecret: client.clientSecret?.reveal() ?? null,
        tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
      };

/** Null where the server has no way to revoke, our client is forgotten, or what is sealed does not open any more. */
export async function orderOf(
  deps: Pick<Deps, "db" | "keyring">,
  server: Server,
  row: CredentialRow,
): Promise<Order | null> {
  if (!holdsGrant(row)) return null;
  try {
    const grant = openGrant(deps, server, row);
    const client = await clientOf(deps, server, usedClient({ grant, row }));
    return client && orderFor(grant, client);
  } catch (failure) {
    // What can be told to nobody any more must not be kept for that.
    if (failure instanceof GrantEnded || failure instanceof KeyringError) return null;
    throw failure;
  }
}

/** From here on the background carries it out, should nobody do so before. */
export async function putDown(
  deps: Pick<Deps, "db" | "keyring">,
  server: Server,
  order: Order,
): Promise<PendingRevocation> {
  const { workspaceId } = server;
  const id = randomUUID();
  await rows.insert(deps.db, {
    workspaceId,
    id,
    serverName: server.name,
    sealed: deps.keyring.seal(JSON.stringify(order), aadOf(workspaceId, id)),
    retryAt: new Date(Date.now() + firstRetryMs),
  });
  return { workspaceId, id, order };
}

export const readOrder = (
  { keyring }: Pick<Deps, "keyring">,
  { workspaceId, id, sealed }: rows.RevocationRow,
): PendingRevocation => ({
  workspaceId,
  id,
  order: JSON.parse(keyring.open(sealed, aadOf(workspaceId, id))) as Order,
});

export const aadOf = (workspaceId: string, id: string): string => `revocation/${workspaceId}/${id}`;
