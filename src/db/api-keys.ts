import { and, asc, count, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { type Params, prepared } from "#src/db/prepared.ts";
import { accounts, apiKeys, members } from "#src/db/schema.ts";

export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type NewApiKey = Omit<typeof apiKeys.$inferInsert, "id" | "createdAt" | "lastUsedAt">;

type Owner = { workspaceId: string; memberId: number };

const isOwn = ({ workspaceId, memberId }: Owner) =>
  and(eq(apiKeys.workspaceId, workspaceId), eq(apiKeys.memberId, memberId));

/** One page of a member's own keys, oldest first. */
export const list = (
  db: Db,
  owner: Owner,
  { limit, after }: { limit: number; after: number | null },
): Promise<ApiKeyRow[]> =>
  db
    .select()
    .from(apiKeys)
    .where(and(isOwn(owner), after === null ? undefined : gt(apiKeys.id, after)))
    .orderBy(asc(apiKeys.id))
    .limit(limit);

export async function countOwn(db: Db, owner: Owner): Promise<number> {
  const [row] = await db.select({ count: count() }).from(apiKeys).where(isOwn(owner));
  return row?.count ?? 0;
}

export async function insert(db: Db, key: NewApiKey): Promise<ApiKeyRow> {
  const [row] = await db.insert(apiKeys).values(key).returning();
  return row as ApiKeyRow;
}

/** @returns the row that was deleted, or undefined where the member has no such key */
export async function remove(db: Db, owner: Owner, id: number): Promise<ApiKeyRow | undefined> {
  const [row] = await db
    .delete(apiKeys)
    .where(and(isOwn(owner), eq(apiKeys.id, id)))
    .returning();
  return row;
}

const liveKey = prepared((db, { workspaceId, keyHash }: Params<{ workspaceId: string; keyHash: string }>) =>
  db
    .select({ key: apiKeys, account: accounts, member: members })
    .from(apiKeys)
    .innerJoin(members, and(eq(members.workspaceId, apiKeys.workspaceId), eq(members.id, apiKeys.memberId)))
    .innerJoin(accounts, eq(accounts.id, members.accountId))
    .where(
      and(
        eq(apiKeys.workspaceId, workspaceId),
        eq(apiKeys.keyHash, keyHash),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
      ),
    ),
);

/** A live key, the member it belongs to and the account behind, as they are now. */
export async function findLive(db: Db, workspaceId: string, keyHash: string) {
  const [row] = await liveKey(db, { workspaceId, keyHash });
  return row;
}

/** Notes that the key was used, unless it was within the last minute. */
export async function touch(db: Db, workspaceId: string, id: number): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(
      and(
        eq(apiKeys.workspaceId, workspaceId),
        eq(apiKeys.id, id),
        or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`)),
      ),
    );
}
