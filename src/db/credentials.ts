import { and, asc, eq, gt, inArray, ne, notInArray, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import {
  accounts,
  type CatalogCounts,
  credentials,
  members,
  type Refusal,
  serverMembers,
  servers,
} from "#src/db/schema.ts";

export type CredentialRow = typeof credentials.$inferSelect;
export type NewCredential = Pick<CredentialRow, "kind" | "sealed"> &
  Partial<Pick<CredentialRow, "scopes" | "expiresAt" | "refreshAt" | "issuer" | "clientId" | "stepUps">>;

/** What a credential does not keep of the one it replaces. */
const blank = {
  status: "connected",
  scopes: [] as string[],
  expiresAt: null,
  issuer: null,
  clientId: null,
  wantedScopes: [] as string[],
  stepUps: {},
  refreshAt: null,
  refreshAttempts: 0,
  refreshedAt: null,
  unansweredAt: null,
  refusal: null,
  endedBecause: null,
  leaseHolder: null,
  leaseUntil: null,
  retryAt: null,
} as const;

type Key = { workspaceId: string; serverId: number; memberId: number };

const at = (key: Key) =>
  and(
    eq(credentials.workspaceId, key.workspaceId),
    eq(credentials.serverId, key.serverId),
    eq(credentials.memberId, key.memberId),
  );

const ofMember = (workspaceId: string, memberId: number) =>
  and(eq(credentials.workspaceId, workspaceId), eq(credentials.memberId, memberId));

const ofServer = (workspaceId: string, serverId: number) =>
  and(eq(credentials.workspaceId, workspaceId), eq(credentials.serverId, serverId));

export async function find(db: Db, key: Key): Promise<CredentialRow | undefined> {
  const [row] = await db.select().from(credentials).where(at(key));
  return row;
}

/** Links the member, or replaces what it had; a live connection made with the old secret is not used again. */
export async function put(db: Db, key: Key, credential: NewCredential): Promise<void> {
  const fresh = { ...blank, ...credential };
  await db
    .insert(credentials)
    .values({ ...key, ...fresh })
    .onConflictDoUpdate({
      target: [credentials.workspaceId, credentials.serverId, credentials.memberId],
      set: {
        ...fresh,
        version: sql`${credentials.version} + 1`,
        connectedAt: sql`now()`,
      },
    });
}

/** @returns what was there */
export async function remove(db: Db, key: Key): Promise<CredentialRow | undefined> {
  const [row] = await db.delete(credentials).where(at(key)).returning();
  return row;
}

/** Drops what members hold for a server: everybody's, or one kind of it. @returns what was there */
export const removeOfServer = (
  db: Db,
  workspaceId: string,
  serverId: number,
  kind?: CredentialRow["kind"],
): Promise<CredentialRow[]> =>
  db
    .delete(credentials)
    .where(and(ofServer(workspaceId, serverId), kind ? eq(credentials.kind, kind) : undefined))
    .returning();

/** Drops what a member holds, over all servers. @returns what was there */
export const removeOfMember = (db: Db, workspaceId: string, memberId: number): Promise<CredentialRow[]> =>
  db.delete(credentials).where(ofMember(workspaceId, memberId)).returning();

/** Drops what a member who no longer sees every server holds for those that it may not see. @returns what was there */
export const removeUnseen = (db: Db, workspaceId: string, memberId: number): Promise<CredentialRow[]> =>
  db
    .delete(credentials)
    .where(
      and(
        ofMember(workspaceId, memberId),
        sql`exists (select 1 from ${servers} where ${servers.workspaceId} = ${workspaceId}
          and ${servers.id} = ${credentials.serverId} and ${servers.access} = 'restricted')`,
        sql`not exists (select 1 from ${serverMembers} where ${serverMembers.workspaceId} = ${workspaceId}
          and ${serverMembers.serverId} = ${credentials.serverId} and ${serverMembers.memberId} = ${memberId})`,
      ),
    )
    .returning();

/** Drops the credentials of members who are neither chosen nor see every server. */
export async function removeOfOthers(
  db: Db,
  workspaceId: string,
  serverId: number,
  chosen: number[],
): Promise<CredentialRow[]> {
  const seesAll = db
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), inArray(members.role, ["owner", "admin"])));
  return db
    .delete(credentials)
    .where(
      and(
        ofServer(workspaceId, serverId),
        notInArray(credentials.memberId, seesAll),
        chosen.length ? notInArray(credentials.memberId, chosen) : undefined,
      ),
    )
    .returning();
}

/** At most one write a minute and member, however busy it is. */
export async function touch(db: Db, key: Key): Promise<void> {
  await db
    .update(credentials)
    .set({ lastUsedAt: sql`now()` })
    .where(
      and(
        at(key),
        sql`(${credentials.lastUsedAt} is null or ${credentials.lastUsedAt} < now() - interval '1 minute')`,
      ),
    );
}

/** Keeps how much the member was offered; lists that are not named keep their count. */
export async function noteCounts(db: Db, key: Key, counts: CatalogCounts): Promise<void> {
  await db
    .update(credentials)
    .set({ catalogCounts: sql`${credentials.catalogCounts} || ${JSON.stringify(counts)}::jsonb` })
    .where(at(key));
}

export type ConnectedMember = Awaited<ReturnType<typeof connected>>[number];

/** Who has connected to a server, by member id. */
export const connected = (
  db: Db,
  workspaceId: string,
  serverId: number,
  { limit, after }: { limit: number; after: number | null },
) =>
  db
    .select({
      id: members.id,
      name: accounts.name,
      email: accounts.email,
      avatarUrl: accounts.avatarUrl,
      role: members.role,
      credential: credentials,
    })
    .from(credentials)
    .innerJoin(
      members,
      and(eq(members.workspaceId, credentials.workspaceId), eq(members.id, credentials.memberId)),
    )
    .innerJoin(accounts, eq(accounts.id, members.accountId))
    .where(and(ofServer(workspaceId, serverId), after === null ? undefined : gt(members.id, after)))
    .orderBy(asc(members.id))
    .limit(limit);

export const countConnected = (db: Db, workspaceId: string, serverId: number): Promise<number> =>
  db.$count(credentials, ofServer(workspaceId, serverId));

/** Notes what a server asked for beyond the granted scopes. */
export async function want(db: Db, key: Key, wantedScopes: string[]): Promise<void> {
  await db.update(credentials).set({ wantedScopes }).where(at(key));
}

/** Whether the same stands at another member's credential for that server. */
export async function isRefusedToOthers(
  db: Db,
  { workspaceId, serverId, memberId }: Key,
  refusal: Refusal,
): Promise<boolean> {
  const others = and(
    ofServer(workspaceId, serverId),
    ne(credentials.memberId, memberId),
    eq(credentials.refusal, refusal),
  );
  const [other] = await db.select({ id: credentials.memberId }).from(credentials).where(others).limit(1);
  return other !== undefined;
}
