import { and, eq, inArray, lte, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { revocations } from "#src/db/schema.ts";

export type RevocationRow = typeof revocations.$inferSelect;

export async function insert(db: Db, rows: (typeof revocations.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await db.insert(revocations).values(rows);
}

/** Takes some that are due and moves them on, so that no other instance takes them as well. */
export async function claimDue(db: Db, limit: number): Promise<RevocationRow[]> {
  const due = db
    .select({ id: revocations.id })
    .from(revocations)
    .where(lte(revocations.retryAt, sql`now()`))
    .orderBy(revocations.retryAt)
    .limit(limit)
    .for("update", { skipLocked: true });
  return db
    .update(revocations)
    .set({
      attempts: sql`${revocations.attempts} + 1`,
      retryAt: sql`now() + make_interval(mins => least(power(4, ${revocations.attempts})::int, 1440))`,
    })
    .where(inArray(revocations.id, due))
    .returning();
}

export async function remove(db: Db, workspaceId: string, id: string): Promise<void> {
  await db.delete(revocations).where(and(eq(revocations.workspaceId, workspaceId), eq(revocations.id, id)));
}
