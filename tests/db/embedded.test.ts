import { afterAll, expect, spyOn, test } from "bun:test";
import fs from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { count, sql } from "drizzle-orm";
import { Engine } from "#src/db/embedded/engine.ts";
import { readStarter } from "#src/db/embedded/starter.ts";
import { tidy } from "#src/db/embedded/upkeep.ts";
import { isMigrated } from "#src/db/migrate.ts";
import { openDatabase } from "#src/db/open.ts";
import { accounts } from "#src/db/schema.ts";

const directories = await mkdtemp(join(tmpdir(), "switchyard-embedded-"));
afterAll(() => rm(directories, { recursive: true }));

const memory = await openDatabase({ memory: true });
afterAll(memory.close);

test("a new directory is there at once, migrated, and nobody else's to read", async () => {
  const dataDir = join(directories, "deep", "new");

  const database = await openDatabase({ dataDir });

  expect(await isMigrated(database)).toBe(true);
  await database.close();
  for (const directory of [dataDir, join(dataDir, "database")])
    expect((await stat(directory)).mode & 0o077).toBe(0);
});

test("what a first start left when it was killed is no obstacle", async () => {
  const dataDir = join(directories, "killed");
  await mkdir(join(dataDir, "database.unfinished", "base"), { recursive: true });
  await writeFile(join(dataDir, "database.unfinished", "PG_VERSION"), "18\n");

  const database = await openDatabase({ dataDir });
  await database.close();

  expect((await readdir(dataDir)).sort()).toEqual(["database", "lock"]);
});

test("what was stored is there after the next start, and the disk was told to keep it", async () => {
  const dataDir = join(directories, "kept");
  const first = await openDatabase({ dataDir });
  const fsync = spyOn(fs, "fsyncSync");

  await first.db.insert(accounts).values({ email: "ada@example.org", name: "Ada" });
  const synced = fsync.mock.calls.length;
  fsync.mockRestore();
  await first.close();
  const second = await openDatabase({ dataDir });
  const stored = await second.db.select({ name: accounts.name }).from(accounts);
  await second.close();

  expect(synced).toBeGreaterThan(0);
  expect(stored).toEqual([{ name: "Ada" }]);
});

test("a query on the outer database inside its own transaction fails, instead of waiting for ever", async () => {
  const { db } = memory;

  const failure = await db
    .transaction(async (tx) => {
      await tx.insert(accounts).values({ email: "ada@example.org", name: "Ada" });
      return db.select().from(accounts);
    })
    .catch((error: unknown) => error);

  expect(failure).toMatchObject({ cause: { message: expect.stringContaining("pass the transaction on") } });
  expect(await db.select({ count: count() }).from(accounts)).toEqual([{ count: 0 }]);
});

test("others wait for a transaction and then go on, also what it started and left behind", async () => {
  const { db } = memory;
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  let leftBehind: Promise<unknown> = Promise.resolve();

  const transaction = db.transaction(async (tx) => {
    leftBehind = mayEnd.promise.then(() => transaction).then(() => db.select().from(accounts));
    await tx.execute(sql`select 1`);
    begun.resolve();
    await mayEnd.promise;
  });
  await begun.promise;
  const other = db.select().from(accounts);
  mayEnd.resolve();

  expect(await Promise.all([transaction, other, leftBehind])).toEqual([undefined, [], []]);
});

test("upkeep lets go of the log of changes and of dead rows", async () => {
  const engine = await Engine.start({ loadDataDir: new Blob([await readStarter()]) });
  await engine.exec("create table trains (id integer, name text)");
  await engine.exec("insert into trains select n, repeat('x', 500) from generate_series(1, 20000) n");
  await engine.exec("delete from trains");
  const before = await replayAfterCrash(engine);

  await tidy(engine);

  const { rows } = await engine.query("select pg_relation_size('trains')::integer as size");
  expect(before).toBeGreaterThan(10_000_000);
  expect(await replayAfterCrash(engine)).toBeLessThan(100_000);
  expect(rows).toEqual([{ size: 0 }]);
  await engine.close();
});

/** How many bytes of changes the next start would have to do over. */
async function replayAfterCrash(engine: Engine): Promise<number | undefined> {
  const { rows } = await engine.query<{ bytes: number }>(
    "select (pg_current_wal_insert_lsn() - redo_lsn)::integer as bytes from pg_control_checkpoint()",
  );
  return rows[0]?.bytes;
}
