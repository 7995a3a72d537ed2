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

/**
 * Both tokens: that the access token ends with the refresh token is only what a server SHOULD see to (RFC 7009 §2.1). None
 * where the server has no way to revoke.
 */
export function ordersFor(grant: Grant, client: Client): Order[] {
  const { revocationEndpoint, refreshToken, accessToken } = grant;
  if (revocationEndpoint === null) return [];
  const shared = {
    revocationEndpoint,
    clientId: client.clientId,
    clientSecret: client.clientSecret?.reveal() ?? null,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
  };
  const access: Order = { ...shared, token: accessToken, tokenType: "access_token" };
  return refreshToken === null
    ? [access]
    : [{ ...shared, token: refreshToken, tokenType: "refresh_token" }, access];
}

/** None also where our client is forgotten, or what is sealed does not open any more. */
export async function ordersOf(
  deps: Pick<Deps, "db" | "keyring">,
  server: Server,
  row: CredentialRow,
): Promise<Order[]> {
  if (!holdsGrant(row)) return [];
  try {
    const grant = openGrant(deps, server, row);
    const client = await clientOf(deps, server, usedClient({ grant, row }));
    return client ? ordersFor(grant, client) : [];
  } catch (failure) {
    // What can be told to nobody any more must not be kept for that.
    if (failure instanceof GrantEnded || failure instanceof KeyringError) return [];
    throw failure;
  }
}

/** From here on the background carries them out, should nobody do so before. */
export async function putDown(
  deps: Pick<Deps, "db" | "keyring">,
  server: Pick<Server, "workspaceId" | "name">,
  orders: readonly Order[],
): Promise<PendingRevocation[]> {
  const { workspaceId } = server;
  const pending = orders.map((order) => ({ workspaceId, id: randomUUID(), order }));
  await rows.insert(
    deps.db,
    pending.map(({ id, order }) => ({
      workspaceId,
      id,
      serverName: server.name,
      host: URL.parse(order.revocationEndpoint)?.host ?? "",
      sealed: deps.keyring.seal(JSON.stringify(order), aadOf(workspaceId, id)),
      retryAt: new Date(Date.now() + firstRetryMs),
    })),
  );
  return pending;
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
