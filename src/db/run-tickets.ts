import { lt, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { runTickets } from "#src/db/schema.ts";

/** @returns whether nobody has claimed it before: of two that try, on whichever instances, one is told so */
export async function claim(db: Db, ticket: typeof runTickets.$inferInsert): Promise<boolean> {
  const claimed = await db
    .insert(runTickets)
    .values(ticket)
    .onConflictDoNothing()
    .returning({ nonce: runTickets.nonce });
  return claimed.length > 0;
}

/** Forgets those that are refused for their age: with an hour to spare, as the clock that refuses them is another one. */
export async function removeExpired(db: Db): Promise<void> {
  await db.delete(runTickets).where(lt(runTickets.expiresAt, sql`now() - interval '1 hour'`));
}
