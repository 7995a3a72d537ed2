import type { CredentialRow } from "#src/db/credentials.ts";
import { hold } from "#src/db/servers.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { type Ordered, orderRevocations, revokeNow, type Tally } from "#src/services/oauth/revocations.ts";
import type { Server } from "#src/services/servers/find.ts";

/*
 * The one way in which credentials end: what a transaction deletes is revoked at its authorization server after it.
 */

/**
 * Drops credentials of one server and tells its authorization server.
 *
 * @param drop - deletes them in the transaction it is given, and says which
 * @param change - what else changes with them, in the same transaction; where nothing does and nothing is dropped, nobody is
 *   told of anything
 * @returns the rows that went, and what became of their tokens
 */
export async function dropCredentials(
  ctx: Ctx,
  server: Server,
  drop: (tx: Ctx["db"]) => Promise<CredentialRow[]>,
  change?: (tx: Ctx["db"], dropped: number) => Promise<unknown>,
): Promise<{ dropped: CredentialRow[]; tally: Tally }> {
  const begun = await ctx.db.transaction(async (tx) => {
    // Whoever connects at this moment has either been waited for, or finds what is there afterwards.
    await hold(tx, server.workspaceId, server.id, "update");
    const begun = await beginDrop({ ...ctx, db: tx }, await drop(tx));
    await change?.(tx, begun.dropped.length);
    if (change && begun.dropped.length === 0) await announce({ db: tx }, server);
    return begun;
  });
  return { dropped: begun.dropped, tally: await endDrop(ctx, begun) };
}

/** What is still to be done about credentials that a transaction has deleted. */
export type BegunDrop = { dropped: CredentialRow[]; ordered: Ordered };

/** Belongs into that transaction, while their servers are still there. */
export async function beginDrop(
  ctx: Pick<Ctx, "db" | "keyring">,
  dropped: CredentialRow[],
): Promise<BegunDrop> {
  const serverIds = new Map(dropped.map(({ workspaceId, serverId }) => [serverId, workspaceId]));
  for (const [id, workspaceId] of serverIds) await announce(ctx, { workspaceId, id });
  return { dropped, ordered: await orderRevocations(ctx, dropped) };
}

/** Comes after its commit. */
export async function endDrop(
  ctx: Pick<Ctx, "db" | "fetch" | "pool" | "log">,
  { dropped, ordered }: BegunDrop,
): Promise<Tally> {
  for (const { workspaceId, serverId, memberId } of dropped)
    ctx.pool.drop(`${poolPrefix({ workspaceId, id: serverId })}${memberId}/`);
  return revokeNow(ctx, ordered);
}
