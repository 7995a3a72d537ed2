import { and, eq, lt, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { oauthFlows } from "#src/db/schema.ts";

export type OAuthFlowRow = typeof oauthFlows.$inferSelect;

const mostAtOnce = 5_000;

export async function insert(db: Db, flow: typeof oauthFlows.$inferInsert): Promise<void> {
  await db.insert(oauthFlows).values(flow);
}

/**
 * Takes a flow out, so that of two answers to it, however parallel, one finds it.
 *
 * @returns undefined also where it has run out
 */
export async function take(
  db: Db,
  { workspaceId, stateHash, browserHash }: Pick<OAuthFlowRow, "workspaceId" | "stateHash" | "browserHash">,
): Promise<OAuthFlowRow | undefined> {
  const [row] = await db
    .delete(oauthFlows)
    .where(
      and(
        eq(oauthFlows.workspaceId, workspaceId),
        eq(oauthFlows.stateHash, stateHash),
        eq(oauthFlows.browserHash, browserHash),
      ),
    )
    .returning();
  return row && row.expiresAt.getTime() > Date.now() ? row : undefined;
}

/** For a server that is no longer the one that they began at. */
export async function removeOfServer(db: Db, workspaceId: string, serverId: number): Promise<void> {
  await db
    .delete(oauthFlows)
    .where(and(eq(oauthFlows.workspaceId, workspaceId), eq(oauthFlows.serverId, serverId)));
}

/** Forgets flows that nobody came back from, some at a time. */
export async function removeExpired(db: Db): Promise<void> {
  const { workspaceId, stateHash, expiresAt } = oauthFlows;
  const expired = db
    .select({ workspaceId, stateHash })
    .from(oauthFlows)
    .where(lt(expiresAt, sql`now()`))
    .orderBy(expiresAt)
    .limit(mostAtOnce)
    .for("update", { skipLocked: true });
  await db.delete(oauthFlows).where(sql`(${workspaceId}, ${stateHash}) in (${expired})`);
}
