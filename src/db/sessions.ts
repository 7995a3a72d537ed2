import { and, desc, eq, gt, lt, ne, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { type Params, prepared } from "#src/db/prepared.ts";
import { accounts, members, sessions } from "#src/db/schema.ts";

export type SessionRow = typeof sessions.$inferSelect;
export type NewSession = Pick<
  typeof sessions.$inferInsert,
  "idHash" | "accountId" | "expiresAt" | "userAgent"
>;

export async function insert(db: Db, session: NewSession): Promise<void> {
  await db.insert(sessions).values(session);
}

export async function remove(db: Db, idHash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.idHash, idHash));
}

export async function removeExpired(db: Db, accountId: number): Promise<void> {
  await db.delete(sessions).where(and(eq(sessions.accountId, accountId), lt(sessions.expiresAt, sql`now()`)));
}

/** Those that still work, the one last seen first. */
export const ofAccount = (db: Db, accountId: number): Promise<SessionRow[]> =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.idHash));

/** All of an account but one. */
export async function removeOthers(db: Db, accountId: number, idHash: string): Promise<void> {
  await db.delete(sessions).where(and(eq(sessions.accountId, accountId), ne(sessions.idHash, idHash)));
}

const liveSession = prepared(
  (db, { idHash, workspaceId }: Params<{ idHash: string; workspaceId: string | null }>) =>
    db
      .select({ session: { lastSeenAt: sessions.lastSeenAt }, account: accounts, member: members })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.accountId))
      .leftJoin(
        members,
        and(eq(members.accountId, accounts.id), eq(members.workspaceId, sql`${workspaceId}::uuid`)),
      )
      .where(and(eq(sessions.idHash, idHash), gt(sessions.expiresAt, sql`now()`))),
);

/** A live session, whose it is, and the account's place in one workspace where `workspaceId` names one. */
export async function findLive(db: Db, idHash: string, workspaceId: string | null) {
  const [row] = await liveSession(db, { idHash, workspaceId });
  return row;
}

/** Notes that the session was seen, unless it was within the last minute. */
export async function touch(db: Db, idHash: string): Promise<void> {
  await db
    .update(sessions)
    .set({ lastSeenAt: sql`now()` })
    .where(and(eq(sessions.idHash, idHash), lt(sessions.lastSeenAt, sql`now() - interval '1 minute'`)));
}
