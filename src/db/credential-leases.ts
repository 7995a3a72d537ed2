import { and, eq, gt, isNotNull, isNull, lt, lte, or, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import type { CredentialRow } from "#src/db/credentials.ts";
import { credentials, type GrantEnd, servers } from "#src/db/schema.ts";
import { inTurns, type Turns } from "#src/db/turns.ts";

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

/** From one refresh to the next that nobody asked for. */
const soonestMs = 60_000;

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
    .set({
      leaseHolder: holder,
      leaseUntil: inSeconds(leaseMs),
      // Whoever dies from here on leaves that word behind.
      unansweredAt: sql`coalesce(${credentials.unansweredAt}, now())`,
    })
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
    .set({
      ...refreshed,
      ...free,
      retryAt: null,
      refreshedAt: sql`now()`,
      // By whichever clock the end was reckoned, the background does not come back at once.
      refreshAt:
        refreshed.refreshAt && sql`greatest(${refreshed.refreshAt}::timestamptz, ${inSeconds(soonestMs)})`,
      refreshAttempts: 0,
      unansweredAt: null,
      refusal: null,
    })
    .where(and(at(key), or(eq(credentials.sealed, sealed), eq(credentials.leaseHolder, holder))))
    .returning({ serverId: credentials.serverId });
  return kept.length > 0;
}

/**
 * Ends a lease that brought no tokens.
 *
 * @param coolDownMs - so long nobody tries again
 * @param noted - what else is known of the credential now
 */
export async function giveBack(
  db: Db,
  key: Key,
  holder: string,
  { coolDownMs, ...noted }: { coolDownMs: number } & Partial<Pick<CredentialRow, "unansweredAt" | "refusal">>,
): Promise<void> {
  await db
    .update(credentials)
    .set({ ...free, ...noted, retryAt: coolDownMs > 0 ? inSeconds(coolDownMs) : null })
    .where(isHeldBy(key, holder));
}

/**
 * The grant is over: what is left of it is not used again, and the member is asked to authorize anew.
 *
 * @returns false where the lease was no longer the holder's, so that somebody else's word counts
 */
export async function expire(db: Db, key: Key, holder: string, endedBecause: GrantEnd): Promise<boolean> {
  const over = { status: "expired", sealed: null, endedBecause } as const;
  const nothing = { refreshAt: null, retryAt: null, unansweredAt: null, refusal: null } as const;
  const expired = await db
    .update(credentials)
    .set({ ...free, ...over, ...nothing })
    .where(isHeldBy(key, holder))
    .returning({ serverId: credentials.serverId });
  return expired.length > 0;
}

/** What failed before is tried again at once: what it failed by may have been mended. A refresh under way goes on. */
export async function tryAgain(db: Db, workspaceId: string, serverId: number): Promise<void> {
  await db
    .update(credentials)
    .set({ retryAt: null, refreshAttempts: 0, refreshAt: sql`now()` })
    .where(
      and(
        eq(credentials.workspaceId, workspaceId),
        eq(credentials.serverId, serverId),
        or(isNotNull(credentials.retryAt), gt(credentials.refreshAttempts, 0)),
        isNotNull(credentials.refreshAt),
      ),
    );
}

/** Whether a refresh brought the tokens that stand there within the last so many milliseconds. */
export async function isRefreshedWithin(db: Db, key: Key, ms: number): Promise<boolean> {
  const [row] = await db
    .select({ isFresh: sql<boolean | null>`${credentials.refreshedAt} > ${inSeconds(-ms)}` })
    .from(credentials)
    .where(at(key));
  return row?.isFresh ?? false;
}

/**
 * Takes some that the background is to look at, of servers that are in use, in turns. In the same statement it moves them
 * on, so that no other instance takes them as well: by a minute first, by twice as much each time after, and by an hour
 * at most, until tokens come.
 */
export function claimDue(db: Db, turns: Turns) {
  const isDue = sql`${credentials.refreshAt} <= now()`;
  const due = db.$with("due").as(
    db
      .select({
        workspaceId: credentials.workspaceId,
        serverId: credentials.serverId,
        memberId: credentials.memberId,
      })
      .from(credentials)
      .innerJoin(
        inTurns(
          {
            from: sql`${credentials} join ${servers}
              on ${servers.workspaceId} = ${credentials.workspaceId} and ${servers.id} = ${credentials.serverId}`,
            isDue: sql`${isDue} and ${servers.enabled} and ${servers.otherIssuer} is null`,
            dueAt: credentials.refreshAt,
            workspace: credentials.workspaceId,
            host: credentials.issuer,
            key: [credentials.workspaceId, credentials.serverId, credentials.memberId],
          },
          turns,
        ),
        sql`(turns.workspace_id, turns.server_id, turns.member_id)
          = (${credentials.workspaceId}, ${credentials.serverId}, ${credentials.memberId})`,
      )
      .where(isDue)
      .orderBy(sql`turns.turn`, credentials.refreshAt)
      .limit(turns.limit)
      .for("update", { of: credentials, skipLocked: true }),
  );
  return db
    .with(due)
    .update(credentials)
    .set({
      refreshAttempts: sql`${credentials.refreshAttempts} + 1`,
      refreshAt: sql`now() + make_interval(mins => least(power(2, least(${credentials.refreshAttempts}, 6))::int, 60))`,
    })
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
