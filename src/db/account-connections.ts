import { and, asc, eq, inArray, or, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { credentials, members, serverMembers, servers, workspaces } from "#src/db/schema.ts";

export type AccountConnection = Awaited<ReturnType<typeof ofAccount>>[number];

/** What an account is connected to in all its workspaces, of the servers that it may still see. */
export const ofAccount = (db: Db, accountId: number, limit: number) =>
  db
    .select({
      workspaceId: workspaces.id,
      workspaceName: workspaces.name,
      serverId: servers.id,
      serverName: servers.name,
      authType: servers.authType,
      role: members.role,
      status: credentials.status,
      connectedAt: credentials.connectedAt,
      lastUsedAt: credentials.lastUsedAt,
    })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .innerJoin(
      credentials,
      and(eq(credentials.workspaceId, members.workspaceId), eq(credentials.memberId, members.id)),
    )
    .innerJoin(
      servers,
      and(eq(servers.workspaceId, credentials.workspaceId), eq(servers.id, credentials.serverId)),
    )
    .where(and(eq(members.accountId, accountId), isVisible))
    .orderBy(asc(workspaces.name), asc(workspaces.id), asc(sql`lower(${servers.name})`))
    .limit(limit);

const isVisible = or(
  eq(servers.access, "everyone"),
  inArray(members.role, ["owner", "admin"]),
  sql`exists (select 1 from ${serverMembers} where ${serverMembers.workspaceId} = ${servers.workspaceId}
    and ${serverMembers.serverId} = ${servers.id} and ${serverMembers.memberId} = ${members.id})`,
);
