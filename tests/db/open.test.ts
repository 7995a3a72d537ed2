import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openDatabase } from "#src/db/open.ts";
import { rowsOf } from "#src/db/rows.ts";
import { StartError } from "#src/db/start-error.ts";
import { emptyPostgres, TEST_DATABASE_URL, testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();

test("closing lets a transaction that has begun commit, refuses new work, and twice is the same as once", async () => {
  const own = await openDatabase(
    TEST_DATABASE_URL === undefined ? { memory: true } : { url: await emptyPostgres() },
  );
  const begun = Promise.withResolvers<void>();
  const transaction = own.db.transaction(async (tx) => {
    await tx.execute(sql`select 1`);
    begun.resolve();
    return rowsOf(tx, sql`select 1 as one from pg_sleep(0.05)`);
  });
  await begun.promise;

  await own.close();
  await own.close();

  expect(await transaction).toEqual([{ one: 1 }]);
  expect(await own.ping().catch((error: unknown) => error)).toBeInstanceOf(Error);
});

test("closing lets all that was asked before end, however much of it still waits for a connection", async () => {
  const own = await openDatabase(
    TEST_DATABASE_URL === undefined ? { memory: true } : { url: await emptyPostgres() },
  );
  const asked = Array.from({ length: 200 }, () => rowsOf(own.db, sql`select 1 as one from pg_sleep(0.001)`));

  await own.close();
  // An answer takes a few steps of its own to whoever asked.
  await new Promise(setImmediate);

  expect(new Set(asked.map((one) => Bun.peek.status(one)))).toEqual(new Set(["fulfilled"]));
});

test("a database that answers can be pinged", async () => {
  expect(await database.ping()).toBeUndefined();
});

test("a Postgres that cannot be reached is named, without its password", async () => {
  const unused = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = unused;
  unused.stop(true);

  const failure = await openDatabase({ url: `postgres://ada:hunter2@127.0.0.1:${port}/trains` }).catch(
    (error: unknown) => error,
  );

  expect(failure).toBeInstanceOf(StartError);
  expect(String(failure)).toContain(`"trains" at 127.0.0.1:${port}`);
  expect(String(failure)).not.toContain("hunter2");
});

test.skipIf(TEST_DATABASE_URL === undefined)(
  "no setting of a database changes how times are read",
  async () => {
    const url = await emptyPostgres();
    const first = await openDatabase({ url });
    const name = sql.identifier(new URL(url).pathname.slice(1));
    await first.db.execute(sql`alter database ${name} set TimeZone = 'Asia/Kolkata'`);
    await first.db.execute(sql`alter database ${name} set DateStyle = 'SQL, DMY'`);
    await first.close();

    const second = await openDatabase({ url });
    const [row] = await rowsOf(second.db, sql`select '2026-11-23T12:00:00Z'::timestamptz as time`);
    await second.close();

    expect(row).toEqual({ time: "2026-11-23 12:00:00+00" });
  },
);
