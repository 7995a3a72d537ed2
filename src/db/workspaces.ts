import { and, asc, count, eq, gt } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { members, workspaces } from "#src/db/schema.ts";

export type WorkspaceRow = typeof workspaces.$inferSelect;

/** One page of the workspaces that an account is a member of, in the order in which it joined them. */
export const ofAccount = (
  db: Db,
  accountId: number,
  { limit, after }: { limit: number; after: number | null },
) =>
  db
    .select({ id: members.id, workspace: workspaces })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .where(and(eq(members.accountId, accountId), after === null ? undefined : gt(members.id, after)))
    .orderBy(asc(members.id))
    .limit(limit);

export async function countOfAccount(db: Db, accountId: number): Promise<number> {
  const [row] = await db.select({ count: count() }).from(members).where(eq(members.accountId, accountId));
  return row?.count ?? 0;
}

export async function find(db: Db, id: string): Promise<WorkspaceRow | undefined> {
  const [row] = await db.select().from(workspaces).where(eq(workspaces.id, id));
  return row;
}

export async function insert(db: Db, name: string): Promise<WorkspaceRow> {
  const [row] = await db.insert(workspaces).values({ name }).returning();
  return row as WorkspaceRow;
}

/** @returns the row as it is now, or undefined where there is none */
export async function rename(db: Db, id: string, name: string): Promise<WorkspaceRow | undefined> {
  const [row] = await db.update(workspaces).set({ name }).where(eq(workspaces.id, id)).returning();
  return row;
}

/**
 * Makes changes of who holds which role wait for each other until the transaction ends. Rows that refer to the
 * workspace can be written all the while.
 */
export async function lock(db: Db, id: string): Promise<WorkspaceRow | undefined> {
  const [row] = await db.select().from(workspaces).where(eq(workspaces.id, id)).for("no key update");
  return row;
}
