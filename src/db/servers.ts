import { and, asc, desc, eq, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { credentials, icons, serverMembers, servers, serverTests } from "#src/db/schema.ts";
import { needOf, type ServerStatus, serverStatus } from "#src/db/server-status.ts";

export type ServerRow = typeof servers.$inferSelect;
export type NewServer = Omit<typeof servers.$inferInsert, "id" | "workspaceId">;
export type ServerChange = Partial<Omit<NewServer, "appUuid" | "createdAt">>;

/** Who is asking: a restricted server is there only for its chosen members and for those who see all. */
export type Viewer = { workspaceId: string; memberId: number; seesAll: boolean };

export const sortFields = ["name", "createdAt", "updatedAt", "state", "memberCount"] as const;
export type SortField = (typeof sortFields)[number];

export type ListQuery = {
  sortBy: SortField;
  sortOrder: "asc" | "desc";
  q: string | null;
  state: ServerRow["state"] | null;
  enabled: boolean | null;
  /** How the server is, and what it needs of the viewer; left out, whatever that is. */
  status?: ServerStatus | null;
  needsViewer?: boolean;
  id: number | null;
  limit: number;
  /** The sort value and id of the row before the page. */
  after: { value: string | number; id: number } | null;
};

const at = (workspaceId: string, id: number) => and(eq(servers.workspaceId, workspaceId), eq(servers.id, id));

export const isVisibleTo = (viewer: Viewer): SQL | undefined =>
  viewer.seesAll
    ? undefined
    : or(
        eq(servers.access, "everyone"),
        sql`exists (select 1 from ${serverMembers} where ${serverMembers.workspaceId} = ${servers.workspaceId}
          and ${serverMembers.serverId} = ${servers.id} and ${serverMembers.memberId} = ${viewer.memberId})`,
      );

export const isOwnCredential = (viewer: Viewer) =>
  and(
    eq(credentials.workspaceId, servers.workspaceId),
    eq(credentials.serverId, servers.id),
    eq(credentials.memberId, viewer.memberId),
  );

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

/** The server and the viewer's own credential for it: what a call needs, in one statement. */
export async function forUse(db: Db, viewer: Viewer, id: number) {
  const [row] = await db
    .select({ server: servers, credential: credentials })
    .from(servers)
    .leftJoin(credentials, isOwnCredential(viewer))
    .where(and(eq(servers.workspaceId, viewer.workspaceId), eq(servers.id, id), isVisibleTo(viewer)));
  return row;
}

/** Some of a workspace's servers, whoever may see them. */
export const byIds = (db: Db, workspaceId: string, ids: number[]): Promise<ServerRow[]> =>
  db
    .select()
    .from(servers)
    .where(and(eq(servers.workspaceId, workspaceId), inArray(servers.id, ids)));

export const hasUrl = async (db: Db, workspaceId: string, url: string): Promise<boolean> =>
  (
    await db
      .select({ id: servers.id })
      .from(servers)
      .where(and(eq(servers.workspaceId, workspaceId), eq(servers.url, url)))
  ).length > 0;

/** @returns the names in use that begin like `name`, in lower case. */
export async function namesLike(db: Db, workspaceId: string, name: string): Promise<Set<string>> {
  const rows = await db
    .select({ name: sql<string>`lower(${servers.name})` })
    .from(servers)
    .where(
      and(eq(servers.workspaceId, workspaceId), sql`starts_with(lower(${servers.name}), lower(${name}))`),
    );
  return new Set(rows.map((row) => row.name));
}

/** @throws the driver's unique violation where name or URL is taken. */
export async function insert(db: Db, workspaceId: string, row: NewServer): Promise<ServerRow> {
  const [inserted] = await db
    .insert(servers)
    .values({ ...row, workspaceId })
    .returning();
  return inserted as ServerRow;
}

/**
 * Changes a row and retires the live connections that were made with what it said before.
 *
 * @returns the row as it is now, or `undefined` where there is none.
 */
export async function update(
  db: Db,
  workspaceId: string,
  id: number,
  change: ServerChange,
): Promise<ServerRow | undefined> {
  const [row] = await db
    .update(servers)
    .set({ ...change, version: sql`${servers.version} + 1`, updatedAt: sql`now()` })
    .where(at(workspaceId, id))
    .returning();
  return row;
}

/**
 * Notes how our client came to be known at an issuer, unless the server has moved, or holds to another issuer by now. A
 * new server waits for its first member then.
 *
 * @returns the row as it is now, or `undefined` where it was not noted
 */
export async function keepRegistration(
  db: Db,
  { workspaceId, id, url }: Pick<ServerRow, "workspaceId" | "id" | "url">,
  { registration, issuer }: { registration: NonNullable<ServerRow["registration"]>; issuer: string },
): Promise<ServerRow | undefined> {
  const [row] = await db
    .update(servers)
    .set({
      authType: "oauth",
      registration,
      issuer,
      state: sql`case when ${servers.state} = 'REGISTER' then 'AUTHORIZE' else ${servers.state} end`,
      version: sql`${servers.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(
      and(at(workspaceId, id), eq(servers.url, url), or(isNull(servers.issuer), eq(servers.issuer, issuer))),
    )
    .returning();
  return row;
}

/** What a row was when a connection to it was begun: when it changes, what that connection tells is of something else. */
export type Reached = Pick<ServerRow, "workspaceId" | "id" | "url" | "authType" | "state" | "enabled">;

/** What a connection tells about the server. */
export type Learned = Pick<ServerRow, "transport" | "protocolVersion" | "serverInfo" | "instructions">;

/** Keeps that, unless the server has another URL by now; connections stay good. */
export async function learn(
  db: Db,
  { workspaceId, id, url }: Pick<Reached, "workspaceId" | "id" | "url">,
  learned: Learned,
): Promise<void> {
  await db
    .update(servers)
    .set(learned)
    .where(and(at(workspaceId, id), eq(servers.url, url)));
}

/**
 * Makes a server ready and switches it on, after a handshake with what the row said.
 *
 * @returns the row as it is now, or `undefined` where it was changed meanwhile or is gone
 */
export async function becomeReady(db: Db, reached: Reached): Promise<ServerRow | undefined> {
  const { workspaceId, id, url, authType, state, enabled } = reached;
  const [row] = await db
    .update(servers)
    .set({ state: "READY", enabled: true, version: sql`${servers.version} + 1`, updatedAt: sql`now()` })
    .where(
      and(
        at(workspaceId, id),
        eq(servers.url, url),
        eq(servers.authType, authType),
        eq(servers.state, state),
        eq(servers.enabled, enabled),
      ),
    )
    .returning();
  return row;
}

/**
 * Holds the row until the transaction ends. `share` keeps others from changing it; `update` also waits for those who
 * share it.
 */
export async function hold(db: Db, workspaceId: string, id: number, how: "share" | "update"): Promise<void> {
  await db.select({ id: servers.id }).from(servers).where(at(workspaceId, id)).for(how);
}

/** @returns whether a row was there to delete. */
export async function remove(db: Db, workspaceId: string, id: number): Promise<boolean> {
  const rows = await db.delete(servers).where(at(workspaceId, id)).returning({ id: servers.id });
  return rows.length > 0;
}

/**
 * What the metadata names instead of the issuer that credentials came from; null once it names that one again. Not noted
 * where that issuer is another one by now.
 */
export async function noteOtherIssuer(
  db: Db,
  { workspaceId, id, issuer }: Pick<ServerRow, "workspaceId" | "id" | "issuer">,
  otherIssuer: string | null,
): Promise<void> {
  await db
    .update(servers)
    .set({ otherIssuer })
    .where(and(at(workspaceId, id), sql`${servers.issuer} is not distinct from ${issuer}`));
}

/** Keeps what the server said when it refused a member: it tells where its metadata is. */
export async function noteChallenge(
  db: Db,
  workspaceId: string,
  id: number,
  challenge: string[],
): Promise<void> {
  await db.update(servers).set({ challenge }).where(at(workspaceId, id));
}

/** By its identity as an app connection, which a callback's address carries. */
export async function findByApp(
  db: Db,
  workspaceId: string,
  appUuid: string,
): Promise<ServerRow | undefined> {
  const [row] = await db
    .select()
    .from(servers)
    .where(and(eq(servers.workspaceId, workspaceId), eq(servers.appUuid, appUuid)));
  return row;
}
