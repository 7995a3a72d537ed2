import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { rowsOf } from "#src/db/rows.ts";
import { TEST_DATABASE_URL, testDatabase } from "#tests/support/database.ts";

/*
 * A Postgres that restarts: what was under way fails, and what comes next works, in the same process. An error that
 * nobody catches would end that process, and fails a test here as well.
 */

const { db } = await testDatabase();
const onPostgres = test.skipIf(TEST_DATABASE_URL === undefined);

async function terminate(condition = sql`true`): Promise<void> {
  await db
    .execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and ${condition}`,
    )
    .catch(() => {});
}

const backendOf = async (tx: Db): Promise<number | undefined> =>
  (await rowsOf<{ pid: number }>(tx, sql`select pg_backend_pid() as pid`))[0]?.pid;

onPostgres(
  "a transaction that loses its connection fails, however it goes on, and the next one works",
  async () => {
    const failures: unknown[] = [];
    const gaveUp = Promise.withResolvers<void>();
    const outcome = db.transaction(async (tx) => {
      const pid = await backendOf(tx);
      await terminate(sql`pid = ${pid}`);
      for (let attempt = 0; attempt < 3; attempt += 1)
        await tx.execute(sql`select ${attempt}::int`).catch((failure: unknown) => failures.push(failure));
      gaveUp.resolve();
      throw new Error("It gave up.");
    });

    expect(await outcome.catch((failure: unknown) => failure)).toBeInstanceOf(Error);
    await gaveUp.promise;
    expect(failures).toHaveLength(3);
    expect(await db.transaction((tx) => rowsOf(tx, sql`select 1 as one`))).toEqual([{ one: 1 }]);
  },
);

onPostgres(
  "whatever is under way when all connections are lost ends, and the pool serves again",
  async () => {
    let isOver = false;
    const ask = async (nth: number) => {
      while (!isOver) {
        const asked =
          nth % 2 === 0
            ? db.execute(sql`select ${"a"}::text, pg_sleep(0.001)`)
            : db.transaction(async (tx) => {
                await tx.execute(sql`select 1`);
                await tx.execute(sql`select pg_sleep(0.001)`);
              });
        await asked.catch(() => Bun.sleep(1));
      }
    };
    const asking = Array.from({ length: 30 }, (_, nth) => ask(nth));

    for (let restart = 0; restart < 30; restart += 1) await terminate();
    isOver = true;
    await Promise.all(asking);
    await terminate();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        untilAnswered(() => rowsOf(db, sql`select 1 as one from pg_sleep(0.01)`)),
      ),
    );

    expect(answers).toEqual(Array.from({ length: 30 }, () => [{ one: 1 }]));
  },
);

/** A connection that was lost a moment ago is noticed by whoever uses it next. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await Bun.sleep(1);
    }
  }
}
