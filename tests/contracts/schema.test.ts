import { afterAll, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { migrate } from "#src/db/migrate.ts";
import { type Database, openDatabase } from "#src/db/open.ts";
import { rowsOf } from "#src/db/rows.ts";
import * as schema from "#src/db/schema.ts";
import { testDatabase } from "#tests/support/database.ts";

const meta = new URL("../../drizzle/meta/", import.meta.url);

const prepared = await openDatabase({ memory: true });
afterAll(prepared.close);
const migrated = await testDatabase();
if (migrated.kind === "pglite") await beginAnew(migrated);

test("the migrations make what schema.ts says; if not: bun run db:generate", async () => {
  const journal = await Bun.file(fileURLToPath(new URL("_journal.json", meta))).json();
  const number = String(journal.entries.at(-1).idx).padStart(4, "0");
  const snapshot = await Bun.file(fileURLToPath(new URL(`${number}_snapshot.json`, meta))).json();

  const missing = await generateMigration(snapshot, generateDrizzleJson(schema, snapshot.id));

  expect(missing).toEqual([]);
});

test("the prepared database is what the migrations make; if not: bun run db:dump", async () => {
  expect(await catalogOf(prepared)).toEqual(await catalogOf(migrated));
});

test("every key of a workspace's table begins with the workspace, so that it can be distributed", async () => {
  const keys = await rowsOf<{ key: string; column: string }>(migrated.db, firstColumnsOfKeys);

  expect(keys.length).toBeGreaterThan(10);
  expect(keys.filter(({ column }) => column !== "workspace_id")).toEqual([]);
});

const firstColumnsOfKeys = sql`
  select i.indexrelid::regclass::text as key, first.attname as column
  from pg_index i
  join pg_attribute own on own.attrelid = i.indrelid and own.attname = 'workspace_id'
  join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
  left join pg_attribute first on first.attrelid = i.indrelid and first.attnum = i.indkey[0]
  where i.indisunique`;

/** Everything that a migration can make, by name; and which migrations were applied. */
async function catalogOf({ db }: Database) {
  const ours = sql`('public', 'drizzle')`;
  const [columns, indexes, constraints, sequences, others, ledger] = await Promise.all([
    rowsOf(
      db,
      sql`select n.nspname as schema, c.relname as table, a.attname as column, a.attnum as position,
          format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required, a.attidentity as identity,
          pg_get_expr(d.adbin, d.adrelid) as default
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where n.nspname in ${ours} and c.relkind in ('r', 'v', 'm', 'p') and a.attnum > 0 and not a.attisdropped order by 1, 2, 4`,
    ),
    rowsOf(db, sql`select indexdef from pg_indexes where schemaname in ${ours} order by 1`),
    // NOT NULL is a constraint of its own since Postgres 18; the columns tell it for every version.
    rowsOf(
      db,
      sql`select c.conrelid::regclass::text as table, c.conname as name, pg_get_constraintdef(c.oid) as definition
        from pg_constraint c join pg_namespace n on n.oid = c.connamespace where n.nspname in ${ours} and c.contype <> 'n' order by 1, 2`,
    ),
    rowsOf(
      db,
      sql`select sequencename, data_type::text, start_value, min_value, max_value, increment_by, last_value
        from pg_sequences where schemaname in ${ours} order by 1`,
    ),
    rowsOf(
      db,
      sql`select 'function' as kind, p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ${ours}
        union all select 'trigger', t.tgname from pg_trigger t where not t.tgisinternal
        union all select 'type', t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
          where n.nspname in ${ours} and t.typtype in ('e', 'd')
        union all select 'extension', e.extname from pg_extension e order by 1, 2`,
    ),
    rowsOf(db, sql`select id, hash, created_at from drizzle.__drizzle_migrations order by id`),
  ]);
  return { columns, indexes, constraints, sequences, others, ledger };
}

/** The same as an empty database that is migrated, without the seconds that one takes to make. */
async function beginAnew({ db }: Database): Promise<void> {
  for (const name of ["public", "drizzle"])
    await db.execute(sql`drop schema ${sql.identifier(name)} cascade`);
  await db.execute(sql`create schema public`);
  await migrate({ db });
}
