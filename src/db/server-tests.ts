import { and, desc, eq } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { serverTests } from "#src/db/schema.ts";

export type ServerTestRow = typeof serverTests.$inferSelect;

export async function insert(db: Db, row: Omit<typeof serverTests.$inferInsert, "id">): Promise<void> {
  await db.insert(serverTests).values(row);
}

/** The latest, newest first. */
export const latest = (
  db: Db,
  workspaceId: string,
  serverId: number,
  limit: number,
): Promise<ServerTestRow[]> =>
  db
    .select()
    .from(serverTests)
    .where(and(eq(serverTests.workspaceId, workspaceId), eq(serverTests.serverId, serverId)))
    .orderBy(desc(serverTests.id))
    .limit(limit);
