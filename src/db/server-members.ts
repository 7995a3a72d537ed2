import { and, eq, inArray, notInArray } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { members, serverMembers } from "#src/db/schema.ts";

/** The ids of a restricted server's chosen members, ascending. */
export async function chosen(db: Db, workspaceId: string, serverId: number): Promise<number[]> {
  const rows = await db
    .select({ memberId: serverMembers.memberId })
    .from(serverMembers)
    .where(and(eq(serverMembers.workspaceId, workspaceId), eq(serverMembers.serverId, serverId)))
    .orderBy(serverMembers.memberId);
  return rows.map((row) => row.memberId);
}

/** Makes exactly these the chosen ones. */
export async function choose(
  db: Db,
  workspaceId: string,
  serverId: number,
  memberIds: number[],
): Promise<void> {
  const ofServer = and(eq(serverMembers.workspaceId, workspaceId), eq(serverMembers.serverId, serverId));
  await db
    .delete(serverMembers)
    .where(memberIds.length ? and(ofServer, notInArray(serverMembers.memberId, memberIds)) : ofServer);
  if (memberIds.length)
    await db
      .insert(serverMembers)
      .values(memberIds.map((memberId) => ({ workspaceId, serverId, memberId })))
      .onConflictDoNothing();
}

/** @returns those of `memberIds` that are members of the workspace. */
export async function existing(db: Db, workspaceId: string, memberIds: number[]): Promise<Set<number>> {
  if (memberIds.length === 0) return new Set();
  const rows = await db
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), inArray(members.id, memberIds)));
  return new Set(rows.map((row) => row.id));
}
