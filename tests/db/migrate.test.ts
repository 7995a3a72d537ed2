import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { MigrationMeta } from "drizzle-orm/migrator";
import { isMigrated, migrate, shippedMigrations } from "#src/db/migrate.ts";
import { openDatabase } from "#src/db/open.ts";
import { rowsOf, sqlStateOf } from "#src/db/rows.ts";
import { StartError } from "#src/db/start-error.ts";
import { startApp } from "#tests/db/app-process.ts";
import { emptyPostgres, TEST_DATABASE_URL, testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();

const later = (...statements: string[]): MigrationMeta => ({
  sql: statements,
  hash: Bun.hash(statements.join()).toString(16),
  folderMillis: Date.now(),
  bps: true,
});

const hasTable = async (name: string) => {
  const [row] = await rowsOf<{ there: boolean }>(
    database.db,
    sql`select to_regclass(${name}) is not null as there`,
  );
  return row?.there;
};

test("a migrated database has nothing more to do", async () => {
  expect(await isMigrated(database)).toBe(true);
  expect(await migrate(database)).toBe(0);
});

test("what is missing is applied, in order, once", async () => {
  const migrations = [
    ...shippedMigrations(),
    later("create table trains (id integer)", "insert into trains values (1)"),
    later("insert into trains select id + 1 from trains"),
  ];

  const wasMigrated = await isMigrated(database, migrations);
  const applied = [await migrate(database, migrations), await migrate(database, migrations)];

  expect(wasMigrated).toBe(false);
  expect(applied).toEqual([2, 0]);
  expect(await isMigrated(database, migrations)).toBe(true);
  expect(await rowsOf(database.db, sql`select id from trains order by id`)).toEqual([{ id: 1 }, { id: 2 }]);
});

test("a database that a newer version has changed is refused, with what to do, and still counts as migrated", async () => {
  const failure = await migrate(database).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(StartError);
  expect(String(failure)).toMatch(/newer version.*start that version.*backup/is);
  expect(await isMigrated(database)).toBe(true);
});

test("a migration that fails leaves nothing of itself, nor of those before it", async () => {
  const [, ...known] = [await hasTable("trains"), ...(await rowsOf<{ hash: string }>(database.db, ledger))];
  const migrations = [
    ...known.map(({ hash }) => ({ ...later(), hash })),
    later("create table stations (id integer)"),
    later("create table platforms (id integer)", "select 1 / 0"),
  ];

  const failure = await migrate(database, migrations).catch((error: unknown) => error);

  expect(sqlStateOf(failure)).toBe("22012");
  expect([await hasTable("stations"), await hasTable("platforms")]).toEqual([false, false]);
  expect(await rowsOf(database.db, ledger)).toEqual(known);
});

const ledger = sql`select hash from drizzle.__drizzle_migrations order by id`;

test.skipIf(TEST_DATABASE_URL === undefined)(
  "three processes that start together on a new database all succeed",
  async () => {
    const url = await emptyPostgres();
    const apps = [startApp({ url }), startApp({ url }), startApp({ url })];
    const opened = await Promise.all(apps.map((app) => app.says()));

    for (const app of apps) app.tell("migrate");
    const said = await Promise.all(apps.map((app) => app.says()));
    for (const app of apps) app.tell("stop");

    expect(opened).toEqual(["opened", "opened", "opened"]);
    expect(said.sort()).toEqual(["migrated 0", "migrated 0", `migrated ${shippedMigrations().length}`]);
    expect(await Promise.all(apps.map((app) => app.exited))).toEqual([0, 0, 0]);
  },
);

test.skipIf(TEST_DATABASE_URL === undefined)(
  "a database that was never migrated is not ready, and is no failure",
  async () => {
    const empty = await openDatabase({ url: await emptyPostgres() });

    const ready = await isMigrated(empty);
    await empty.close();

    expect(ready).toBe(false);
  },
);

test.skipIf(TEST_DATABASE_URL === undefined)(
  "a role that may not create tables is told what it lacks",
  async () => {
    const url = new URL(await emptyPostgres());
    const owner = await openDatabase({ url: url.href });
    const role = sql.identifier(`switchyard_test_${crypto.randomUUID().slice(0, 8)}`);
    await owner.db.execute(sql`create role ${role} login password 'trains'`);
    [url.username, url.password] = [role.value, "trains"];
    const stranger = await openDatabase({ url: url.href });

    const failure = await migrate(stranger).catch((error: unknown) => error);
    await stranger.close();
    await owner.db.execute(sql`drop role ${role}`);
    await owner.close();

    expect(failure).toBeInstanceOf(StartError);
    expect(String(failure)).toContain("owner");
  },
);
