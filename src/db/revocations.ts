import { and, eq, lte, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { revocations } from "#src/db/schema.ts";

export type RevocationRow = typeof revocations.$inferSelect;

export async function insert(db: Db, row: typeof revocations.$inferInsert): Promise<void> {
  await db.insert(revocations).values(row);
}

/**
 * Takes some that are due and moves them on in the same statement, so that no other instance takes them as well: by one
 * minute first, by four times as much each time after, and by a day at most.
 */
export function claimDue(db: Db, limit: number): Promise<RevocationRow[]> {
  const due = db.$with("due").as(
    db
      .select({ workspaceId: revocations.workspaceId, id: revocations.id })
      .from(revocations)
      .where(lte(revocations.retryAt, sql`now()`))
      .orderBy(revocations.retryAt)
      .limit(limit)
      .for("update", { skipLocked: true }),
  );
  return db
    .with(due)
    .update(revocations)
    .set({
      attempts: sql`${revocations.attempts} + 1`,
      retryAt: sql`now() + make_interval(mins => least(power(4, ${revocations.attempts})::int, 1440))`,
    })
    .from(due)
    .where(and(eq(revocations.workspaceId, due.workspaceId), eq(revocations.id, due.id)))
    .returning();
}

export async function remove(db: Db, workspaceId: string, id: string): Promise<void> {
  await db.delete(revocations).where(and(eq(revocations.workspaceId, workspaceId), eq(revocations.id, id)));
}
