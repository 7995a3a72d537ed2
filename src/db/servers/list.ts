import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { credentials, icons, type ServerState, servers, serverTests } from "#src/db/schema.ts";
import { needOf, type ServerStatus, serverStatus } from "#src/db/server-status.ts";
import { isOwnCredential, isVisibleTo, type Viewer } from "#src/db/servers/viewer.ts";

export const sortFields = ["name", "createdAt", "updatedAt", "state", "memberCount"] as const;
export type SortField = (typeof sortFields)[number];

export type ListQuery = {
  sortBy: SortField;
  sortOrder: "asc" | "desc";
  q: string | null;
  state: ServerState | null;
  enabled: boolean | null;
  /** How the server is, and what it needs of the viewer; left out, whatever that is. */
  status?: ServerStatus | null;
  needsViewer?: boolean;
  id: number | null;
  limit: number;
  /** The sort value and id of the row before the page. */
  after: { value: string | number; id: number } | null;
};

const memberCount = sql<number>`(select count(*)::int from ${credentials} connected
  where connected.workspace_id = ${servers.workspaceId} and connected.server_id = ${servers.id})`;

const lastTest = sql<LastTest | null>`(select json_build_object('success', test.success, 'latencyMs', test.latency_ms,
  'testedAt', to_char(test.tested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'stage', test.stage, 'message', test.message)
  from ${serverTests} test where test.workspace_id = ${servers.workspaceId} and test.server_id = ${servers.id}
  order by test.id desc limit 1)`;

export type LastTest = {
  success: boolean;
  latencyMs: number;
  testedAt: string;
  stage: string | null;
  message: string | null;
};

const iso = (column: SQL.Aliased | typeof servers.createdAt) =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What a page is ordered by; the id breaks ties. Times compare as text, which is how a cursor carries them. */
const sortKeys: Record<SortField, SQL> = {
  name: sql`lower(${servers.name})`,
  createdAt: iso(servers.createdAt),
  updatedAt: iso(servers.updatedAt),
  state: sql`${servers.state}`,
  memberCount,
};

/** A server as its viewer sees it, with what the viewer has there. */
export type ServerView = Awaited<ReturnType<typeof list>>[number];

const matching = (viewer: Viewer, query: ListQuery): SQL | undefined =>
  and(
    eq(servers.workspaceId, viewer.workspaceId),
    isVisibleTo(viewer),
    query.id === null ? undefined : eq(servers.id, query.id),
    query.state === null ? undefined : eq(servers.state, query.state),
    query.enabled === null ? undefined : eq(servers.enabled, query.enabled),
    query.status ? eq(serverStatus, query.status) : undefined,
    query.needsViewer ? sql`${needOf(viewer)} is not null` : undefined,
    query.q === null ? undefined : contains(query.q),
  );

/** How many match, whatever the page. */
export const count = (db: Db, viewer: Viewer, query: ListQuery): Promise<number> =>
  db.$count(servers, matching(viewer, query));

/** Rows of one page, in order; `total` is the same in each and counts all that match. */
export function list(db: Db, viewer: Viewer, query: ListQuery) {
  const key = sortKeys[query.sortBy];
  const ordered = query.sortOrder === "asc" ? asc : desc;
  const beyond = query.sortOrder === "asc" ? sql`>` : sql`<`;
  const matches = matching(viewer, query);
  return db
    .select({
      server: servers,
      connection: credentials.status,
      iconVersion: icons.version,
      memberCount,
      lastTest,
      sortKey: sql<string | number>`${key}`.as("sort_key"),
      total: sql<number>`(select count(*)::int from ${servers} where ${matches})`,
    })
    .from(servers)
    .leftJoin(credentials, isOwnCredential(viewer))
    .leftJoin(icons, and(eq(icons.workspaceId, servers.workspaceId), eq(icons.serverId, servers.id)))
    .where(
      and(
        matches,
        query.after
          ? sql`(${key}, ${servers.id}) ${beyond} (${query.after.value}, ${query.after.id})`
          : undefined,
      ),
    )
    .orderBy(ordered(key), ordered(servers.id))
    .limit(query.limit);
}

export const contains = (text: string): SQL => {
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return sql`(${servers.name} ilike ${pattern} or ${servers.url} ilike ${pattern} or ${servers.description} ilike ${pattern})`;
};
