import type { Grant } from "#src/credentials/oauth.ts";
import * as credentialRows from "#src/db/credentials.ts";
import * as rows from "#src/db/revocations.ts";
import * as serverRows from "#src/db/servers.ts";
import { Secret } from "#src/lib/secret.ts";
import type { Client } from "#src/oauth/client-authentication.ts";
import { type RevocationOutcome, revokeToken } from "#src/oauth/revocation.ts";
import type { Deps } from "#src/services/context.ts";
import { holdsGrant, keyOf } from "#src/services/oauth/grants.ts";
import {
  ordersFor,
  ordersOf,
  type PendingRevocation,
  putDown,
} from "#src/services/oauth/revocation-orders.ts";
import type { Server } from "#src/services/servers/find.ts";

/** How it went, by connection: `unsupported` counts those whose server has no way to revoke them. */
export type Tally = Record<RevocationOutcome, number>;

/** What is to be revoked after the commit: the tokens of each connection. */
export type Ordered = { pending: PendingRevocation[][]; unsupported: number };

const atOnce = 8;
const patienceMs = 5_000;

/**
 * Puts down what is to be revoked, in the transaction that drops the credentials: whatever happens after it, the tokens
 * are revoked once. `revokeNow` comes after the commit.
 *
 * @param credentials - those that are dropped, all of one workspace, with their servers still there to tell their clients
 */
export async function orderRevocations(
  deps: Pick<Deps, "db" | "keyring">,
  credentials: readonly credentialRows.CredentialRow[],
): Promise<Ordered> {
  const held = credentials.filter(holdsGrant);
  const [first] = held;
  if (!first) return { pending: [], unsupported: 0 };

  const serverIds = [...new Set(held.map(({ serverId }) => serverId))];
  const servers = await serverRows.byIds(deps.db, first.workspaceId, serverIds);
  const pending: PendingRevocation[][] = [];
  for (const row of held) {
    const server = servers.find(({ id }) => id === row.serverId);
    const orders = server ? await ordersOf(deps, server, row) : [];
    if (server && orders.length > 0) pending.push(await putDown(deps, server, orders));
  }
  return { pending, unsupported: held.length - pending.length };
}

/** Revokes what was ordered, for five seconds at most; the background goes on with what is not done by then. */
export async function revokeNow(
  deps: Pick<Deps, "db" | "fetch" | "log">,
  { pending, unsupported }: Ordered,
): Promise<Tally> {
  const tally: Tally = { confirmed: 0, unsupported, failed: 0 };
  const queue = [...pending];
  const { promise: timeUp, resolve } = Promise.withResolvers<"failed">();
  const timer = setTimeout(() => {
    tally.failed += queue.splice(0).length;
    resolve("failed");
  }, patienceMs);
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const revoking = Promise.all(next.map((one) => carryOut(deps, one)));
      tally[await Promise.race([revoking.then(receiptOf), timeUp])] += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  clearTimeout(timer);
  return tally;
}

/**
 * A connection is over at its server when the token is that it lives by. An access token beside it that the server cannot
 * revoke, such as one that is checked without it, ends by itself within the hour or so that it was given for.
 */
const receiptOf = (outcomes: readonly RevocationOutcome[]): RevocationOutcome =>
  outcomes.includes("failed") ? "failed" : (outcomes[0] ?? "confirmed");

/** Carries out one order, as far as it goes. */
export const carryOut = (
  deps: Pick<Deps, "db" | "fetch" | "log">,
  pending: PendingRevocation,
): Promise<RevocationOutcome> =>
  revoke(deps, pending).catch((error: unknown) => {
    deps.log.error({ error }, "a token could not be revoked");
    return "failed" as const;
  });

/**
 * Tokens that came when the credential they were for was gone. Where there is a newer one they stay: it may be of the same
 * grant, and would end with them.
 */
export async function revokeUnkept(
  deps: Pick<Deps, "db" | "fetch" | "keyring" | "log">,
  server: Server,
  { memberId, grant, client }: { memberId: number; grant: Grant; client: Client | null },
): Promise<void> {
  const orders = client ? ordersFor(grant, client) : [];
  if (orders.length === 0 || (await credentialRows.find(deps.db, keyOf(server, memberId)))) return;
  const pending = await putDown(deps, server, orders);
  await Promise.all(pending.map((one) => carryOut(deps, one)));
}

/** The single outcome for one member's own connection. */
export const outcomeOf = ({ confirmed, failed }: Tally): RevocationOutcome =>
  failed > 0 ? "failed" : confirmed > 0 ? "confirmed" : "unsupported";

/** Tells the authorization server, and takes the order off the list where that is done with. */
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
