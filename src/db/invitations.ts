import { and, asc, count, eq, gt, lte, ne, or, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { invitations, members } from "#src/db/schema.ts";

export type InvitationRow = typeof invitations.$inferSelect;
export type NewInvitation = Omit<typeof invitations.$inferInsert, "id" | "createdAt">;

/** The member who invited, and still may: an invitation lives no longer than its maker's power to make it. */
const inviter = and(
  eq(members.workspaceId, invitations.workspaceId),
  eq(members.id, invitations.invitedBy),
  or(eq(members.role, "owner"), and(eq(members.role, "admin"), ne(invitations.role, "owner"))),
);

const isOpen = (workspaceId: string) =>
  and(eq(invitations.workspaceId, workspaceId), gt(invitations.expiresAt, sql`now()`));

/** One page of those that can still be accepted, oldest first. */
export async function list(
  db: Db,
  workspaceId: string,
  { limit, after }: { limit: number; after: number | null },
): Promise<InvitationRow[]> {
  const rows = await db
    .select({ invitation: invitations })
    .from(invitations)
    .innerJoin(members, inviter)
    .where(and(isOpen(workspaceId), after === null ? undefined : gt(invitations.id, after)))
    .orderBy(asc(invitations.id))
    .limit(limit);
  return rows.map((row) => row.invitation);
}

export async function countOpen(db: Db, workspaceId: string): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(invitations)
    .innerJoin(members, inviter)
    .where(isOpen(workspaceId));
  return row?.count ?? 0;
}

/** The invitation that a token opens, if it still does. */
export async function findOpen(
  db: Db,
  workspaceId: string,
  tokenHash: string,
): Promise<InvitationRow | undefined> {
  const [row] = await db
    .select({ invitation: invitations })
    .from(invitations)
    .innerJoin(members, inviter)
    .where(and(isOpen(workspaceId), eq(invitations.tokenHash, tokenHash)));
  return row?.invitation;
}

export async function insert(db: Db, invitation: NewInvitation): Promise<InvitationRow> {
  const [row] = await db.insert(invitations).values(invitation).returning();
  return row as InvitationRow;
}

/** @returns undefined where there is none: of two who delete the same one at once, one gets it */
export async function remove(db: Db, workspaceId: string, id: number): Promise<InvitationRow | undefined> {
  const [row] = await db
    .delete(invitations)
    .where(and(eq(invitations.workspaceId, workspaceId), eq(invitations.id, id)))
    .returning();
  return row;
}

export async function removeExpired(db: Db, workspaceId: string): Promise<void> {
  await db
    .delete(invitations)
    .where(and(eq(invitations.workspaceId, workspaceId), lte(invitations.expiresAt, sql`now()`)));
}
