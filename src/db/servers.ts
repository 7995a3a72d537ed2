import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { type Params, prepared } from "#src/db/prepared.ts";
import { credentials, servers } from "#src/db/schema.ts";
import { isOwnCredential, isVisibleTo, type Viewer } from "#src/db/servers/viewer.ts";

export {
  contains,
  count,
  type LastTest,
  list,
  type ListQuery,
  type ServerView,
  type SortField,
  sortFields,
} from "#src/db/servers/list.ts";
export { isOwnCredential, isVisibleTo, type Viewer };

export type ServerRow = typeof servers.$inferSelect;
export type NewServer = Omit<typeof servers.$inferInsert, "id" | "workspaceId">;
export type ServerChange = Partial<Omit<NewServer, "appUuid" | "createdAt">>;

const at = (workspaceId: string, id: number) => and(eq(servers.workspaceId, workspaceId), eq(servers.id, id));

type OneServer = { workspaceId: string; memberId: number; id: number };

const serverForUse = (seesAll: boolean) =>
  prepared((db, { workspaceId, memberId, id }: Params<OneServer>) =>
    db
      .select({ server: servers, credential: credentials })
      .from(servers)
      .leftJoin(credentials, isOwnCredential({ memberId }))
      .where(
        and(eq(servers.workspaceId, workspaceId), eq(servers.id, id), isVisibleTo({ memberId, seesAll })),
      ),
  );
const anyForUse = serverForUse(true);
const visibleForUse = serverForUse(false);

/** The server and the viewer's own credential for it: what a call needs, in one statement. */
export async function forUse(db: Db, { seesAll, ...viewer }: Viewer, id: number) {
  const [row] = await (seesAll ? anyForUse : visibleForUse)(db, { ...viewer, id });
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

const app = prepared((db, { appUuid }: Params<{ appUuid: string }>) =>
  db.select({ id: servers.id }).from(servers).where(eq(servers.appUuid, appUuid)).limit(1),
);

/**
 * Whether there is such an app connection, in whichever workspace. The one question about a server that is asked without
 * one: who asks knows nothing but the app's random identity, and is told nothing but that.
 */
export const hasApp = async (db: Db, appUuid: string): Promise<boolean> =>
  (await app(db, { appUuid })).length > 0;
