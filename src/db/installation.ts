import type { Db } from "#src/db/client.ts";
import { installation } from "#src/db/schema.ts";

export const isComplete = async (db: Db): Promise<boolean> =>
  (await db.select().from(installation).limit(1)).length > 0;

/**
 * Marks the set-up as done. Of two that run at once the second waits here until the first has committed.
 *
 * @returns false where it was done already
 */
export async function complete(db: Db): Promise<boolean> {
  const rows = await db.insert(installation).values({ id: 1 }).onConflictDoNothing().returning();
  return rows.length > 0;
}
