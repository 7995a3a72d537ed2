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

const inSeconds = (ms: number) => sql`now() + make_interval(secs => ${ms / 1000})`;

/**
 * Takes the lease where nobody holds it, the credential is still the one that was read, and no cool-down runs.
 *
 * @returns `held` where somebody else is at it, or just was; `cooling` where the last refresh got no answer
 */
export async function take(
  db: Db,
  key: Key,
  { holder, sealed, leaseMs }: { holder: string; sealed: string; leaseMs: number },
): Promise<"taken" | "held" | "cooling"> {
  const taken = await db
    .update(credentials)
    .set({ leaseHolder: holder, leaseUntil: inSeconds(leaseMs) })
    .where(
      and(
        at(key),
        eq(credentials.sealed, sealed),
        or(isNull(credentials.leaseUntil), lt(credentials.leaseUntil, sql`now()`)),
        or(isNull(credentials.retryAt), lte(credentials.retryAt, sql`now()`)),
      ),
    )
    .returning({ serverId: credentials.serverId });
  if (taken.length > 0) return "taken";

  const [row] = await db
    .select({ isCooling: sql<boolean | null>`${credentials.retryAt} > now()` })
    .from(credentials)
    .where(at(key));
  return row?.isCooling ? "cooling" : "held";
}

/**
 * Stores what a refresh brought in the place of what it was made from, and ends the lease on that, whoever holds it by
 * now: the tokens before these may be worth nothing any more. (Under another key those are sealed to another text.)
 *
 * @returns false where something else stands there, or nothing
 */
export async function keep(
  db: Db,
  key: Key,
  { holder, sealed }: { holder: string; sealed: string },
  refreshed: Pick<CredentialRow, "sealed" | "scopes" | "expiresAt" | "refreshAt">,
): Promise<boolean> {
  const kept = await db
    .update(credentials)
    .set({ ...refreshed, ...free, retryAt: null })
    .where(and(at(key), or(eq(credentials.sealed, sealed), eq(credentials.leaseHolder, holder))))
    .returning({ serverId: credentials.serverId });
  return kept.length > 0;
}

/** @param coolDownMs - so long nobody tries again */
export async function giveBack(db: Db, key: Key, holder: string, coolDownMs: number): Promise<void> {
  await db
    .update(credentials)
    .set({ ...free, retryAt: coolDownMs > 0 ? inSeconds(coolDownMs) : null })
    .where(isHeldBy(key, holder));
}

/**
 * The grant is over: what is left of it is not used again, and the member is asked to authorize anew.
 *
 * @returns false where the lease was no longer the holder's, so that somebody else's word counts
 */
export async function expire(db: Db, key: Key, holder: string): Promise<boolean> {
  const expired = await db
    .update(credentials)
    .set({ ...free, status: "expired", sealed: null, refreshAt: null, retryAt: null })
    .where(isHeldBy(key, holder))
    .returning({ serverId: credentials.serverId });
  return expired.length > 0;
}

/**
 * Takes some whose tokens end soon, of servers that are in use, and moves them on by a minute in the same statement, so
 * that no other instance takes them as well.
 */
export function claimDue(db: Db, limit: number) {
  const due = db.$with("due").as(
    db
      .select({
        workspaceId: credentials.workspaceId,
        serverId: credentials.serverId,
        memberId: credentials.memberId,
      })
      .from(credentials)
      .innerJoin(
        servers,
        and(eq(servers.workspaceId, credentials.workspaceId), eq(servers.id, credentials.serverId)),
      )
      .where(
        and(lte(credentials.refreshAt, sql`now()`), eq(servers.enabled, true), isNull(servers.otherIssuer)),
      )
      .orderBy(credentials.refreshAt)
      .limit(limit)
      .for("update", { of: credentials, skipLocked: true }),
  );
  return db
    .with(due)
    .update(credentials)
    .set({ refreshAt: sql`now() + interval '1 minute'` })
    .from(due)
    .innerJoin(servers, and(eq(servers.workspaceId, due.workspaceId), eq(servers.id, due.serverId)))
    .where(
      and(
        eq(credentials.workspaceId, due.workspaceId),
        eq(credentials.serverId, due.serverId),
        eq(credentials.memberId, due.memberId),
      ),
    )
    .returning({ credential: credentials, server: servers });
}
