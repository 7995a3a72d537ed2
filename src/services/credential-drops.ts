import type { CredentialRow } from "#src/db/credentials.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { orderRevocations, revokeNow, type Tally } from "#src/services/oauth/revocations.ts";
import type { Server } from "#src/services/servers/find.ts";

/**
 * Drops credentials of one server and tells its authorization server: the one way in which a credential ends.
 *
 * @param drop - deletes them (and whatever else goes with them) in the transaction it is given, and says which
 * @returns the rows that went, and what became of their tokens
 */
export async function dropCredentials(
  ctx: Ctx,
  server: Server,
  drop: (tx: Ctx["db"]) => Promise<CredentialRow[]>,
  after: (tx: Ctx["db"]) => Promise<unknown> = async () => {},
): Promise<{ dropped: CredentialRow[]; tally: Tally }> {
  const { dropped, ordered } = await ctx.db.transaction(async (tx) => {
    const dropped = await drop(tx);
    const ordered = await orderRevocations({ ...ctx, db: tx }, server, dropped);
    await after(tx);
    await announce({ db: tx }, server);
    return { dropped, ordered };
  });
  for (const { memberId } of dropped) ctx.pool.drop(`${poolPrefix(server)}${memberId}/`);
  return { dropped, tally: await revokeNow(ctx, ordered) };
}
