import { and, eq, gt, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { revocations } from "#src/db/schema.ts";
import { inTurns, type Turns } from "#src/db/turns.ts";

export type RevocationRow = typeof revocations.$inferSelect;

export async function insert(db: Db, rows: (typeof revocations.$inferInsert)[]): Promise<void> {
  await db.insert(revocations).values(rows);
}

/**
 * Takes some that are due, in turns, and moves them on in the same statement, so that no other instance takes them as
 * well: by one minute first, by four times as much each time after, and by a day at most.
 */
export function claimDue(db: Db, turns: Turns): Promise<RevocationRow[]> {
  const isDue = sql`${revocations.retryAt} <= now()`;
  const due = db.$with("due").as(
    db
      .select({ workspaceId: revocations.workspaceId, id: revocations.id })
      .from(revocations)
      .innerJoin(
        inTurns(
          {
            from: sql`${revocations}`,
            isDue,
            dueAt: revocations.retryAt,
            workspace: revocations.workspaceId,
            host: revocations.host,
            key: [revocations.workspaceId, revocations.id],
          },
          turns,
        ),
        sql`(turns.workspace_id, turns.id) = (${revocations.workspaceId}, ${revocations.id})`,
      )
      .where(isDue)
      .orderBy(sql`turns.turn`, revocations.retryAt)
      .limit(turns.limit)
      .for("update", { of: revocations, skipLocked: true }),
  );
  return db
    .with(due)
    .update(revocations)
    .set({
      attempts: sql`${revocations.attempts} + 1`,
      retryAt: sql`now() + make_interval(mins => least(power(4, least(${revocations.attempts}, 6))::int, 1440))`,
    })
    .from(due)
    .where(and(eq(revocations.workspaceId, due.workspaceId), eq(revocations.id, due.id)))
    .returning();
}

/** Takes out what each workspace has beyond so many, what was tried most often first. @returns what that was */
export function removeBeyond(db: Db, most: number): Promise<RevocationRow[]> {
  const ranked = db
    .select({
      workspaceId: revocations.workspaceId,
      id: revocations.id,
      rank: sql<number>`row_number() over (partition by ${revocations.workspaceId}
        order by ${revocations.attempts}, ${revocations.createdAt} desc)`.as("rank"),
    })
    .from(revocations)
    .as("ranked");
  const beyond = db
    .select({ workspaceId: ranked.workspaceId, id: ranked.id })
    .from(ranked)
    .where(gt(ranked.rank, most));
  return db
    .delete(revocations)
    .where(sql`(${revocations.workspaceId}, ${revocations.id}) in (${beyond})`)
    .returning();
}

export async function remove(db: Db, workspaceId: string, id: string): Promise<void> {
  await db.delete(revocations).where(and(eq(revocations.workspaceId, workspaceId), eq(revocations.id, id)));
}
