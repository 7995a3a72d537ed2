import { and, eq, lte, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { icons, type ServerInfo, servers } from "#src/db/schema.ts";

export type IconKey = { workspaceId: string; serverId: number };

/** An icon to look for, and until when nobody else will. */
export type DueIcon = IconKey & { url: string; serverInfo: ServerInfo | null; claimedUntil: Date };

/** Longer than a search may take. A worker that dies leaves the row to the next one after this. */
const CLAIM_SECONDS = 120;

const isOf = ({ workspaceId, serverId }: IconKey) =>
  and(eq(icons.workspaceId, workspaceId), eq(icons.serverId, serverId));

/** The column keeps milliseconds and would round up: what is due now must not be due in a moment. */
const atOnce = sql`date_trunc('milliseconds', now())`;

const inSeconds = (seconds: number) => sql`now() + ${seconds} * interval '1 second'`;

/** What a public request shows, in one statement: the picture, or what to draw a monogram from. */
export async function findShown(db: Db, { workspaceId, serverId }: IconKey, appUuid: string) {
  const [row] = await db
    .select({ name: servers.name, contentType: icons.contentType, content: icons.content })
    .from(servers)
    .leftJoin(icons, and(eq(icons.workspaceId, servers.workspaceId), eq(icons.serverId, servers.id)))
    .where(and(eq(servers.workspaceId, workspaceId), eq(servers.id, serverId), eq(servers.appUuid, appUuid)));
  return row;
}

/** Makes the row, or makes it due. A search under way loses its claim, so that its outcome is not kept. */
export async function makeDue(db: Db, key: IconKey): Promise<void> {
  await db
    .insert(icons)
    .values({ ...key, refreshAt: atOnce })
    .onConflictDoUpdate({ target: [icons.workspaceId, icons.serverId], set: { refreshAt: atOnce } });
}

/** The same, and drops the picture. */
export async function clear(db: Db, key: IconKey): Promise<void> {
  const nothing = { contentType: null, content: null, fetchedAt: null, refreshAt: atOnce };
  await db
    .insert(icons)
    .values({ ...key, ...nothing })
    .onConflictDoUpdate({
      target: [icons.workspaceId, icons.serverId],
      set: { ...nothing, version: sql`${icons.version} + 1` },
    });
}

/** Takes some of what is due, and moves it ahead in the same statement: other instances pass these rows over. */
export function claimDue(db: Db, limit: number): Promise<DueIcon[]> {
  const due = db.$with("due").as(
    db
      .select({
        workspaceId: icons.workspaceId,
        serverId: icons.serverId,
        url: servers.url,
        serverInfo: servers.serverInfo,
      })
      .from(icons)
      .innerJoin(servers, and(eq(servers.workspaceId, icons.workspaceId), eq(servers.id, icons.serverId)))
      .where(lte(icons.refreshAt, sql`now()`))
      .orderBy(icons.refreshAt)
      .limit(limit)
      .for("update", { of: icons, skipLocked: true }),
  );
  return db
    .with(due)
    .update(icons)
    .set({ refreshAt: inSeconds(CLAIM_SECONDS) })
    .from(due)
    .where(and(eq(icons.workspaceId, due.workspaceId), eq(icons.serverId, due.serverId)))
    .returning({
      workspaceId: icons.workspaceId,
      serverId: icons.serverId,
      url: due.url,
      serverInfo: due.serverInfo,
      claimedUntil: icons.refreshAt,
    });
}

/**
 * Keeps what a search found; the version goes up only where the picture is another one.
 *
 * @returns whether the claim still held; else nothing is kept
 */
export function keep(
  db: Db,
  claim: DueIcon,
  picture: { type: string; bytes: Uint8Array },
  refreshInSeconds: number,
): Promise<boolean> {
  const isOther = sql`${icons.content} is distinct from ${sql.param(picture.bytes, icons.content)}`;
  return settle(db, claim, {
    version: sql`${icons.version} + case when ${isOther} then 1 else 0 end`,
    contentType: picture.type,
    content: picture.bytes,
    fetchedAt: sql`now()`,
    refreshAt: inSeconds(refreshInSeconds),
  });
}

/** Puts the next search off and leaves what is shown as it is. @returns as `keep` does */
export const putOff = (db: Db, claim: DueIcon, refreshInSeconds: number): Promise<boolean> =>
  settle(db, claim, { refreshAt: inSeconds(refreshInSeconds) });

type Change = Parameters<ReturnType<Db["update"]>["set"]>[0];

async function settle(db: Db, claim: DueIcon, change: Change): Promise<boolean> {
  const rows = await db
    .update(icons)
    .set(change)
    .where(and(isOf(claim), eq(icons.refreshAt, claim.claimedUntil)))
    .returning({ serverId: icons.serverId });
  return rows.length > 0;
}
