import { and, eq, isNull, lt, lte, or, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import type { CredentialRow } from "#src/db/credentials.ts";
import { credentials, servers } from "#src/db/schema.ts";

/*
 * Who may refresh a credential: one holder at a time, over all instances, by the database's clock.
 */

type Key = { workspaceId: string; serverId: number; memberId: number };

const at = (key: Key) =>
  and(
    eq(credentials.workspaceId, key.workspaceId),
    eq(credentials.serverId, key.serverId),
    eq(credentials.memberId, key.memberId),
  );

const isHeldBy = (key: Key, holder: string) => and(at(key), eq(credentials.leaseHolder, holder));

const free = { leaseHolder: null, leaseUntil: null } as const;

/**
 * Takes the lease where nobody holds it, the credential is still the one that was read, and no cool-down runs.
 *
 * @returns whether it was taken
 */
export async function take(
  db: Db,
  key: Key,
  { holder, sealed, leaseMs }: { holder: string; sealed: string; leaseMs: number },
): Promise<boolean> {
  const taken = await db
    .update(credentials)
    .set({ leaseHolder: holder, leaseUntil: sql`now() + make_interval(secs => ${leaseMs / 1000})` })
    .where(
      and(
        at(key),
        eq(credentials.sealed, sealed),
        or(isNull(credentials.leaseUntil), lt(credentials.leaseUntil, sql`now()`)),
        or(isNull(credentials.retryAt), lte(credentials.retryAt, sql`now()`)),
      ),
    )
    .returning({ serverId: credentials.serverId });
  return taken.length > 0;
}

/** Stores what the refresh brought and gives the lease back. @returns false where the lease was no longer the holder's */
export async function keep(
  db: Db,
  key: Key,
  holder: string,
  refreshed: Pick<CredentialRow, "sealed" | "scopes" | "expiresAt" | "refreshAt">,
): Promise<boolean> {
  const kept = await db
    .update(credentials)
    .set({ ...refreshed, ...free, retryAt: null })
    .where(isHeldBy(key, holder))
    .returning({ serverId: credentials.serverId });
  return kept.length > 0;
}

/** @param retryAt - before then nobody tries again; null for at once */
export async function giveBack(db: Db, key: Key, holder: string, retryAt: Date | null): Promise<void> {
  await db
    .update(credentials)
    .set({ ...free, retryAt, ...(retryAt ? { refreshAt: retryAt } : {}) })
    .where(isHeldBy(key, holder));
}

/** The grant is over: what is left of it is not used again, and the member is asked to authorize anew. */
export async function expire(db: Db, key: Key, holder: string): Promise<void> {
  await db
    .update(credentials)
    .set({ ...free, status: "expired", sealed: null, refreshAt: null, retryAt: null })
    .where(isHeldBy(key, holder));
}

/** Takes some whose tokens end soon, and moves them on by a minute, so that no other instance takes them as well. */
export async function claimDue(db: Db, limit: number) {
  const due = db
    .select({ workspaceId: credentials.workspaceId, serverId: credentials.serverId, memberId: credentials.memberId })
    .from(credentials)
    .where(lte(credentials.refreshAt, sql`now()`))
    .orderBy(credentials.refreshAt)
    .limit(limit)
    .for("update", { skipLocked: true });
  const claimed = await db
    .update(credentials)
    .set({ refreshAt: sql`now() + interval '1 minute'` })
    .where(sql`(${credentials.workspaceId}, ${credentials.serverId}, ${credentials.memberId}) in ${due}`)
    .returning();
  return Promise.all(
    claimed.map(async (credential) => {
      const [server] = await db
        .select()
        .from(servers)
        .where(and(eq(servers.workspaceId, credential.workspaceId), eq(servers.id, credential.serverId)));
      return { credential, server: server as typeof servers.$inferSelect };
    }),
  );
}
