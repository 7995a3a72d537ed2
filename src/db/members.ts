import { and, asc, count, eq, gt, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { accounts, members, type Role, workspaces } from "#src/db/schema.ts";

export type MemberRow = typeof members.$inferSelect;
export type NewMember = Pick<MemberRow, "workspaceId" | "accountId" | "role">;
/** A member with the account behind it, as others of the workspace may see it. */
export type MemberWithAccount = Awaited<ReturnType<typeof list>>[number];

const shown = {
  id: members.id,
  name: accounts.name,
  email: accounts.email,
  avatarUrl: accounts.avatarUrl,
  role: members.role,
  joinedAt: members.createdAt,
};

const isMember = (workspaceId: string, id: number) =>
  and(eq(members.workspaceId, workspaceId), eq(members.id, id));

/** One page, in the order in which they joined. */
export const list = (
  db: Db,
  workspaceId: string,
  { limit, after }: { limit: number; after: number | null },
) =>
  db
    .select(shown)
    .from(members)
    .innerJoin(accounts, eq(accounts.id, members.accountId))
    .where(and(eq(members.workspaceId, workspaceId), after === null ? undefined : gt(members.id, after)))
    .orderBy(asc(members.id))
    .limit(limit);

export async function countAll(db: Db, workspaceId: string): Promise<number> {
  const [row] = await db.select({ count: count() }).from(members).where(eq(members.workspaceId, workspaceId));
  return row?.count ?? 0;
}

export async function find(db: Db, workspaceId: string, id: number): Promise<MemberWithAccount | undefined> {
  const [row] = await db
    .select(shown)
    .from(members)
    .innerJoin(accounts, eq(accounts.id, members.accountId))
    .where(isMember(workspaceId, id));
  return row;
}

/** E-mail addresses compare without case, by the rule of the accounts' unique index. */
export async function findByEmail(
  db: Db,
  workspaceId: string,
  email: string,
): Promise<MemberWithAccount | undefined> {
  const [row] = await db
    .select(shown)
    .from(members)
    .innerJoin(accounts, eq(accounts.id, members.accountId))
    .where(
      and(eq(members.workspaceId, workspaceId), eq(sql`lower(${accounts.email})`, sql`lower(${email})`)),
    );
  return row;
}

/** A member and the account behind it, whole. */
export async function findWithAccount(db: Db, workspaceId: string, id: number) {
  const [row] = await db
    .select({ member: members, account: accounts })
    .from(members)
    .innerJoin(accounts, eq(accounts.id, members.accountId))
    .where(isMember(workspaceId, id));
  return row;
}

/** Everything an account is a member of, in the order in which it joined. */
export const ofAccount = (db: Db, accountId: number) =>
  db
    .select({ memberId: members.id, role: members.role, workspace: workspaces })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .where(eq(members.accountId, accountId))
    .orderBy(asc(members.id));

export async function countOwners(db: Db, workspaceId: string): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), eq(members.role, "owner")));
  return row?.count ?? 0;
}

/** @returns undefined where the account is a member already */
export async function insert(db: Db, member: NewMember): Promise<MemberRow | undefined> {
  const [row] = await db.insert(members).values(member).onConflictDoNothing().returning();
  return row;
}

export async function setRole(db: Db, workspaceId: string, id: number, role: Role): Promise<void> {
  await db.update(members).set({ role }).where(isMember(workspaceId, id));
}

/**
 * Holds the row until the transaction ends. `share` keeps the member and their role as they are. `update` also waits for
 * those who share it, and for whoever writes something that refers to this member; who comes later finds the member gone.
 *
 * @returns the role; undefined where there is no such member any more
 */
export async function hold(
  db: Db,
  workspaceId: string,
  id: number,
  how: "share" | "update",
): Promise<Role | undefined> {
  const [row] = await db
    .select({ role: members.role })
    .from(members)
    .where(isMember(workspaceId, id))
    .for(how);
  return row?.role;
}

/** Takes the member's API keys, credentials and server grants along. */
export async function remove(db: Db, workspaceId: string, id: number): Promise<void> {
  await db.delete(members).where(isMember(workspaceId, id));
}
