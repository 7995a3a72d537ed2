import { and, desc, eq, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { sqlStateOf } from "#src/db/rows.ts";
import { serverTests } from "#src/db/schema.ts";

const isOf = (workspaceId: string, serverId: number) =>
  and(eq(serverTests.workspaceId, workspaceId), eq(serverTests.serverId, serverId));

export type ServerTestRow = typeof serverTests.$inferSelect;

/** How many of a server's tests are kept. */
const KEPT = 200;

const FOREIGN_KEY_VIOLATION = "23503";

/** Notes a test, and forgets the oldest beyond what is kept. Nothing is noted of a server that is gone by then. */
export async function insert(db: Db, row: Omit<typeof serverTests.$inferInsert, "id">): Promise<void> {
  const { workspaceId, serverId } = row;
  try {
    await db.insert(serverTests).values(row);
  } catch (error) {
    if (sqlStateOf(error) === FOREIGN_KEY_VIOLATION) return;
    throw error;
  }
  const oldest = db
    .select({ id: serverTests.id })
    .from(serverTests)
    .where(isOf(workspaceId, serverId))
    .orderBy(desc(serverTests.id))
    .offset(KEPT)
    .limit(1);
  await db.delete(serverTests).where(and(isOf(workspaceId, serverId), sql`${serverTests.id} <= (${oldest})`));
}

/** The latest, newest first. */
export const latest = (
  db: Db,
  workspaceId: string,
  serverId: number,
  limit: number,
): Promise<ServerTestRow[]> =>
  db.select().from(serverTests).where(isOf(workspaceId, serverId)).orderBy(desc(serverTests.id)).limit(limit);
