import type { Db } from "#src/db/client.ts";
import { serverTests } from "#src/db/schema.ts";

export async function insert(db: Db, row: Omit<typeof serverTests.$inferInsert, "id">): Promise<void> {
  await db.insert(serverTests).values(row);
}
