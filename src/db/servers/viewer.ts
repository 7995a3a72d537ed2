import { and, eq, or, type SQL, sql, type SQLWrapper } from "drizzle-orm";
import { credentials, serverMembers, servers } from "#src/db/schema.ts";

/** Who is asking: a restricted server is there only for its chosen members and for those who see all. */
export type Viewer = { workspaceId: string; memberId: number; seesAll: boolean };

/** The same of a statement that is prepared before it is known who asks. */
type AnyViewer = { memberId: number | SQLWrapper; seesAll: boolean };

export const isVisibleTo = (viewer: AnyViewer): SQL | undefined =>
  viewer.seesAll
    ? undefined
    : or(
        eq(servers.access, "everyone"),
        sql`exists (select 1 from ${serverMembers} where ${serverMembers.workspaceId} = ${servers.workspaceId}
          and ${serverMembers.serverId} = ${servers.id} and ${serverMembers.memberId} = ${viewer.memberId})`,
      );

export const isOwnCredential = (viewer: Pick<AnyViewer, "memberId">) =>
  and(
    eq(credentials.workspaceId, servers.workspaceId),
    eq(credentials.serverId, servers.id),
    eq(credentials.memberId, viewer.memberId),
  );
