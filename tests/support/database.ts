import { afterAll } from "bun:test";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import type { Db } from "#src/db/client.ts";
import { migrate, shippedMigrations } from "#src/db/migrate.ts";
import { type Database, openDatabase } from "#src/db/open.ts";
import { rowsOf } from "#src/db/rows.ts";

/** A Postgres on which databases may be made; without it, tests run on embedded ones. */
export const TEST_DATABASE_URL = process.env["TEST_DATABASE_URL"] || undefined;

const TEMPLATE_LOCK = 2_026_112_302;

/** A migrated, empty database for one test file, gone when the file ends. Call it at the top of the file. */
export async function testDatabase(): Promise<Database> {
  const made = TEST_DATABASE_URL === undefined ? undefined : await createDatabase(await template());
  const database = await openDatabase(made === undefined ? { memory: true } : { url: made.url });
  await migrate(database);
  afterAll(async () => {
    await database.close();
    await made?.drop();
  });
  return database;
}

/** The URL of an empty database on the Postgres of `TEST_DATABASE_URL`, dropped when the file ends. */
export async function emptyPostgres(): Promise<string> {
  const { url, drop } = await createDatabase("template0");
  afterAll(drop);
  return url;
}

async function createDatabase(from: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `switchyard_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await onServer((server) => server`create database ${server(name)} template ${server(from)}`);
  return {
    url: urlOf(name),
    drop: () => onServer((server) => server`drop database ${server(name)} with (force)`),
  };
}

/** A migrated database to copy, made once for each state of the migrations by whichever file comes first. */
async function template(): Promise<string> {
  const migrations = JSON.stringify(shippedMigrations());
  const name = `switchyard_template_${Bun.hash(migrations).toString(36)}`;
  await onServer(async (server) => {
    await server`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    const [existing] = await server`select 1 from pg_database where datname = ${name}`;
    if (existing === undefined) await createTemplate(server, name);
  });
  return name;
}

/** It gets its name last, so a run that was cut off leaves nothing that looks finished. */
async function createTemplate(server: postgres.Sql, name: string): Promise<void> {
  const unfinished = `${name}_unfinished`;
  await server`drop database if exists ${server(unfinished)} with (force)`;
  await server`create database ${server(unfinished)} template template0`;
  const database = await openDatabase({ url: urlOf(unfinished) });
  await migrate(database);
  await database.close();
  await server`alter database ${server(unfinished)} rename to ${server(name)}`;
}

async function onServer(work: (server: postgres.Sql) => Promise<unknown>): Promise<void> {
  const server = postgres(TEST_DATABASE_URL ?? "", { max: 1, onnotice: () => {} });
  await work(server).finally(() => server.end());
}

/** Where other processes find a database of this Postgres. */
export async function urlOfDatabase(db: Db): Promise<string> {
  const [own] = await rowsOf<{ name: string }>(db, sql`select current_database() as name`);
  return urlOf(own?.name ?? "");
}

function urlOf(database: string): string {
  const url = new URL(TEST_DATABASE_URL ?? "");
  url.pathname = `/${database}`;
  return url.href;
}
