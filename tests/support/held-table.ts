import postgres from "postgres";
import { sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { rowsOf } from "#src/db/rows.ts";
import { urlOfDatabase } from "#tests/support/database.ts";

/** A table of a Postgres that nobody else reads or writes until it is let go. */
export type HeldTable = {
  /** Ends when so many others wait for this table or for each other. */
  waiting(count: number): Promise<void>;
  letGo(): Promise<void>;
};

/** Stops whoever comes to a table, so that a test decides who is where in the midst of a transaction. */
export async function holdTable(db: Db, table: string): Promise<HeldTable> {
  const connection = postgres(await urlOfDatabase(db), { max: 1 });
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const holding = connection.begin(async (tx) => {
    await tx`lock table ${tx(table)} in access exclusive mode`;
    held.resolve();
    await released.promise;
  });
  await held.promise;

  const countWaiting = async (): Promise<number> => {
    const [row] = await rowsOf<{ count: number }>(
      db,
      sql`select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.count ?? 0;
  };
  return {
    async waiting(count) {
      while ((await countWaiting()) < count);
    },
    async letGo() {
      released.resolve();
      await holding;
      await connection.end();
    },
  };
}
