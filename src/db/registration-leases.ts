import { and, eq, lt, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { registrationLeases } from "#src/db/schema.ts";

/*
 * Who may register a client: one holder at a time for each place, over all instances, by the database's clock.
 */

/** What a client is registered for. */
export type Place = { workspaceId: string; serverId: number; issuer: string; redirectUri: string };

const inSeconds = (ms: number) => sql`now() + make_interval(secs => ${ms / 1000})`;

/**
 * @returns false where somebody else holds it
 * @throws the driver's foreign key violation where the server is gone
 */
export async function take(
  db: Db,
  place: Place,
  { holder, leaseMs }: { holder: string; leaseMs: number },
): Promise<boolean> {
  const { workspaceId, serverId, issuer, redirectUri } = registrationLeases;
  const taken = await db
    .insert(registrationLeases)
    .values({ ...place, holder, until: inSeconds(leaseMs) })
    .onConflictDoUpdate({
      target: [workspaceId, serverId, issuer, redirectUri],
      set: { holder, until: inSeconds(leaseMs) },
      setWhere: lt(registrationLeases.until, sql`now()`),
    })
    .returning({ serverId });
  return taken.length > 0;
}

/** Leaves it alone where it has run out and is somebody else's by now. */
export async function giveBack(
  db: Db,
  { workspaceId, serverId, issuer, redirectUri }: Place,
  holder: string,
): Promise<void> {
  await db
    .delete(registrationLeases)
    .where(
      and(
        eq(registrationLeases.workspaceId, workspaceId),
        eq(registrationLeases.serverId, serverId),
        eq(registrationLeases.issuer, issuer),
        eq(registrationLeases.redirectUri, redirectUri),
        eq(registrationLeases.holder, holder),
      ),
    );
}
