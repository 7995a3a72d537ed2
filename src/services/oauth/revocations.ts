import { randomUUID } from "node:crypto";
import type { CredentialRow } from "#src/db/credentials.ts";
import * as rows from "#src/db/revocations.ts";
import { KeyringError } from "#src/lib/keyring.ts";
import { Secret } from "#src/lib/secret.ts";
import type { Client } from "#src/oauth/client-authentication.ts";
import { type RevocationOutcome, revokeToken } from "#src/oauth/revocation.ts";
import type { Deps } from "#src/services/context.ts";
import { clientOf } from "#src/services/oauth/clients.ts";
import { openGrant } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

/** How it went: `unsupported` counts tokens whose server has no way to revoke them. */
export type Tally = Record<RevocationOutcome, number>;

/** A token to revoke, and all it takes once server, client and member are gone. */
export type PendingRevocation = { workspaceId: string; id: string; order: Order };

type Order = {
  revocationEndpoint: string;
  token: string;
  tokenType: "access_token" | "refresh_token";
  clientId: string;
  clientSecret: string | null;
  tokenEndpointAuthMethod: Client["tokenEndpointAuthMethod"];
};

const firstRetryMs = 60_000;
const maxAttempts = 10;
const atOnce = 8;
const patienceMs = 10_000;

/**
 * Puts down what is to be revoked, in the transaction that drops the credentials: whatever happens after it, the tokens
 * are revoked once. `revokeNow` comes after the commit.
 *
 * @param credentials - those that were dropped, with the server still there to tell their client
 */
export async function orderRevocations(
  deps: Deps,
  server: Server,
  credentials: readonly CredentialRow[],
): Promise<{ pending: PendingRevocation[]; unsupported: number }> {
  const pending: PendingRevocation[] = [];
  let unsupported = 0;
  for (const credential of credentials) {
    if (credential.kind !== "oauth" || credential.sealed === null) continue;
    const order = await orderOf(deps, server, credential, credential.sealed);
    if (order) pending.push({ workspaceId: server.workspaceId, id: randomUUID(), order });
    else unsupported += 1;
  }
  await rows.insert(
    deps.db,
    pending.map(({ workspaceId, id, order }) => ({
      workspaceId,
      id,
      serverName: server.name,
      sealed: deps.keyring.seal(JSON.stringify(order), aadOf(workspaceId, id)),
      retryAt: new Date(Date.now() + firstRetryMs),
    })),
  );
  return { pending, unsupported };
}

/** Revokes what was ordered, for ten seconds at most; the background goes on with what failed. */
export async function revokeNow(
  deps: Pick<Deps, "db" | "fetch" | "log">,
  { pending, unsupported }: Awaited<ReturnType<typeof orderRevocations>>,
): Promise<Tally> {
  const tally: Tally = { confirmed: 0, unsupported, failed: 0 };
  const queue = [...pending];
  const until = Date.now() + patienceMs;
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift())
      tally[Date.now() < until ? await revoke(deps, next) : "failed"] += 1;
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return tally;
}

/** The single outcome for one member's own connection. */
export const outcomeOf = ({ confirmed, failed }: Tally): RevocationOutcome =>
  failed > 0 ? "failed" : confirmed > 0 ? "confirmed" : "unsupported";

/** Tries again what failed before, at growing intervals; gives up after some days. */
export async function retryRevocations(deps: Pick<Deps, "db" | "fetch" | "log" | "keyring">): Promise<void> {
  for (const row of await rows.claimDue(deps.db, atOnce)) {
    const order = JSON.parse(deps.keyring.open(row.sealed, aadOf(row.workspaceId, row.id))) as Order;
    const outcome = await revoke(deps, { ...row, order });
    if (outcome !== "failed" || row.attempts < maxAttempts) continue;
    await rows.remove(deps.db, row.workspaceId, row.id);
    deps.log.warn({ server: row.serverName, attempts: row.attempts }, "a token could not be revoked; it is left to expire");
  }
}

async function revoke(
  deps: Pick<Deps, "db" | "fetch">,
  { workspaceId, id, order }: PendingRevocation,
): Promise<RevocationOutcome> {
  const outcome = await revokeToken(deps.fetch, {
    revocationEndpoint: order.revocationEndpoint,
    token: new Secret(order.token),
    tokenType: order.tokenType,
    client: {
      clientId: order.clientId,
      clientSecret: order.clientSecret === null ? null : new Secret(order.clientSecret),
      tokenEndpointAuthMethod: order.tokenEndpointAuthMethod,
    },
  });
  if (outcome !== "failed") await rows.remove(deps.db, workspaceId, id);
  return outcome;
}

/** The refresh token where there is one: with it the access tokens end as well (RFC 7009 §2.1). */
async function orderOf(deps: Deps, server: Server, credential: CredentialRow, sealed: string): Promise<Order | null> {
  const grant = openOrNull(deps, server, credential, sealed);
  if (!grant) return null;
  const { issuer, clientId } = credential;
  if (grant.revocationEndpoint === null || issuer === null || clientId === null) return null;
  const client = await clientOf(deps, server, { issuer, clientId });
  if (!client) return null;
  return {
    revocationEndpoint: grant.revocationEndpoint,
    token: grant.refreshToken ?? grant.accessToken,
    tokenType: grant.refreshToken ? "refresh_token" : "access_token",
    clientId,
    clientSecret: client.clientSecret?.reveal() ?? null,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
  };
}

/** A secret whose key is gone cannot be told to anybody; that must not keep it from being dropped. */
function openOrNull(...args: Parameters<typeof openGrant>): ReturnType<typeof openGrant> | null {
  try {
    return openGrant(...args);
  } catch (failure) {
    if (failure instanceof KeyringError) return null;
    throw failure;
  }
}

const aadOf = (workspaceId: string, id: string): string => `revocation/${workspaceId}/${id}`;
