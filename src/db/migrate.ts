import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";
import type { Db } from "#src/db/client.ts";
import { rowsOf, sqlStateOf } from "#src/db/rows.ts";
import { StartError } from "#src/db/start-error.ts";

const FOLDER = fileURLToPath(new URL("../../drizzle", import.meta.url));

/** Any number, as long as it stays: all instances that start on one database queue up for it. */
const LOCK = 2_026_112_301;

const INSUFFICIENT_PRIVILEGE = "42501";

let shipped: MigrationMeta[] | undefined;

/** The migrations of this version, oldest first. */
export const shippedMigrations = (): MigrationMeta[] =>
  (shipped ??= readMigrationFiles({ migrationsFolder: FOLDER }));

/**
 * Brings the database to this version's schema. All that is missing is done in one transaction, so a failure changes
 * nothing; instances that start together wait for the first, however long it takes.
 *
 * @returns how many migrations were applied
 * @throws {StartError} where a newer version has already changed the database, or its role may not
 */
export async function migrate(
  { db }: { db: Db },
  migrations: readonly MigrationMeta[] = shippedMigrations(),
): Promise<number> {
  const applying = db.transaction(async (tx) => {
    await tx.execute(sql`set local statement_timeout = 0`);
    await tx.execute(sql`set local lock_timeout = 0`);
    // Held by the transaction, not the session: it cannot outlive the work or end before it.
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);

    const applied = await appliedHashes(tx);
    refuseUnknown(applied ?? [], migrations);
    if (applied === null) await createLedger(tx);

    const missing = migrations.filter(({ hash }) => !applied?.includes(hash));
    for (const migration of missing) await apply(tx, migration);
    return missing.length;
  });
  return applying.catch((error: unknown) => {
    throw sqlStateOf(error) === INSUFFICIENT_PRIVILEGE ? notAllowed(error) : error;
  });
}

/** Whether this version can work on the database: that a newer one has added to it since does no harm. */
export async function isMigrated(
  { db }: { db: Db },
  migrations: readonly MigrationMeta[] = shippedMigrations(),
): Promise<boolean> {
  const applied = await appliedHashes(db);
  return migrations.every(({ hash }) => applied?.includes(hash));
}

/** @returns null where nothing was ever migrated */
async function appliedHashes(db: Db): Promise<string[] | null> {
  const [ledger] = await rowsOf<{ exists: boolean }>(
    db,
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`,
  );
  if (!ledger?.exists) return null;
  const rows = await rowsOf<{ hash: string }>(
    db,
    sql`select hash from drizzle.__drizzle_migrations order by id`,
  );
  return rows.map(({ hash }) => hash);
}

function refuseUnknown(applied: readonly string[], migrations: readonly MigrationMeta[]): void {
  const known = new Set(migrations.map(({ hash }) => hash));
  if (applied.every((hash) => known.has(hash))) return;
  throw new StartError(
    "This database was last used by a newer version of Switchyard, which changed its tables. " +
      "Start that version or a later one, or restore a backup from before the upgrade.",
  );
}

const notAllowed = (cause: unknown): StartError =>
  new StartError(
    "The role of DATABASE_URL may not create tables in its database. Make it the database's owner: " +
      "ALTER DATABASE <name> OWNER TO <role>.",
    { cause },
  );

/** The table that drizzle-kit's own commands know. */
async function createLedger(tx: Db): Promise<void> {
  await tx.execute(sql`create schema if not exists drizzle`);
  await tx.execute(
    sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
  );
}

async function apply(tx: Db, migration: MigrationMeta): Promise<void> {
  for (const statement of migration.sql) await tx.execute(sql.raw(statement));
  await tx.execute(
    sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${migration.hash}, ${migration.folderMillis})`,
  );
}
