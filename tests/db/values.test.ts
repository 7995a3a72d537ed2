import { expect, test } from "bun:test";
import { getTableColumns, is, sql } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { rowsOf } from "#src/db/rows.ts";
import * as schema from "#src/db/schema.ts";
import { testDatabase } from "#tests/support/database.ts";

const { db } = await testDatabase();

const moment = new Date("2026-02-28T23:59:59.123Z");
const text = `quotes ' " \\ {a,b} $1 é 漢 🚂 \n\t`;

test("every type of column that the schema uses stands in the tests below", () => {
  const tables = Object.values(schema).filter((exported) => is(exported, PgTable));
  const types = new Set(
    tables.flatMap((table) => Object.values(getTableColumns(table)).map((column) => column.getSQLType())),
  );

  expect([...types].sort()).toEqual([
    "bigint",
    "boolean",
    "bytea",
    "integer",
    "jsonb",
    "text",
    "text[]",
    "timestamp (3) with time zone",
    "uuid",
  ]);
});

test("text, integers, null and moments come back as they went in", async () => {
  const account = { email: "ada@example.org", name: text, avatarUrl: null, createdAt: moment };

  const [row] = await db.insert(schema.accounts).values(account).returning();

  expect(row).toMatchObject(account);
  expect(row?.id).toBeNumber();
  expect(row?.createdAt).toBeInstanceOf(Date);
});

test("a moment that the database chose is now, to the millisecond", async () => {
  const before = Date.now();

  const [row] = await db.insert(schema.workspaces).values({ name: "Trains" }).returning();

  expect(Math.abs((row?.createdAt.getTime() ?? 0) - before)).toBeLessThan(5_000);
  expect(row?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("arrays of text come back as they went in, empty ones and odd ones too", async () => {
  const { workspaceId, serverId, memberId } = await serverAndMember();
  const scopes = ["", "NULL", "null", text, "{}", ","];

  const [row] = await db
    .insert(schema.credentials)
    .values({ workspaceId, serverId, memberId, kind: "oauth", scopes })
    .returning();

  expect(row?.scopes).toEqual(scopes);
  expect(row?.wantedScopes).toEqual([]);
});

test("JSON comes back as it went in, and the database sees its members", async () => {
  const { workspaceId } = await serverAndMember();
  const details = { text, list: [1, 2.5, null, true], nested: { "a-b": {} } };

  const [row] = await db
    .insert(schema.auditEvents)
    .values({ workspaceId, actorName: "Ada", action: "server.created", targetType: "server", details })
    .returning({
      id: schema.auditEvents.id,
      details: schema.auditEvents.details,
      kind: sql<string>`jsonb_typeof(${schema.auditEvents.details})`,
      member: sql<string>`${schema.auditEvents.details} ->> 'text'`,
    });

  expect(row).toEqual({ id: expect.any(Number), details, kind: "object", member: text });
});

test("bytes come back as a plain Uint8Array", async () => {
  const { workspaceId, serverId } = await serverAndMember();
  const content = Uint8Array.from({ length: 512 * 1024 }, (_, index) => index % 256);

  const [row] = await db.insert(schema.icons).values({ workspaceId, serverId, content }).returning();

  expect(row?.content?.constructor).toBe(Uint8Array);
  expect(row?.content).toEqual(content);
});

test("a big serial past 2^31 comes back exact, and so does false", async () => {
  const { workspaceId, serverId } = await serverAndMember();
  const id = Number.MAX_SAFE_INTEGER;

  const [row] = await db
    .insert(schema.serverTests)
    .values({ id, workspaceId, serverId, success: false, latencyMs: 7, stages: [] })
    .returning();

  expect(row).toMatchObject({ id, success: false, stages: [] });
});

test("hand-written statements take and give the same values", async () => {
  const [row] = await rowsOf(
    db,
    sql`select ${moment}::timestamptz = '2026-02-28T23:59:59.123Z' as moment, ${{ a: text }}::jsonb ->> 'a' as json,
      ${new Uint8Array([0, 255])}::bytea as bytes, 5::bigint as count, 9007199254740993 as huge, true as yes,
      array['a', null, 'NULL', '', ${text}, '{}'] as list, ${sql.param(["a", "", text, "{}"])}::text[] = array['a', '', ${text}, '{}'] as texts,
      array[]::text[] as none, '{"a": 1}'::jsonb as object, null as nothing, 1.5::numeric as numeric`,
  );

  expect(row).toEqual({
    moment: true,
    json: text,
    bytes: new Uint8Array([0, 255]),
    count: 5,
    huge: 9007199254740993n,
    yes: true,
    list: ["a", null, "NULL", "", text, "{}"],
    texts: true,
    none: [],
    object: { a: 1 },
    nothing: null,
    numeric: "1.5",
  });
});

test("lower() knows every alphabet, so names that differ in case are one name", async () => {
  const [row] = await rowsOf(db, sql`select lower('ÉCOLE ŁÓDŹ ЖД') as lower`);

  expect(row).toEqual({ lower: "école łódź жд" });
});

async function serverAndMember() {
  const [account] = await db
    .insert(schema.accounts)
    .values({ email: `${crypto.randomUUID()}@example.org`, name: "Ada" })
    .returning();
  const [workspace] = await db.insert(schema.workspaces).values({ name: "Trains" }).returning();
  const workspaceId = workspace?.id ?? "";
  const [member] = await db
    .insert(schema.members)
    .values({ workspaceId, accountId: account?.id ?? 0, role: "owner" })
    .returning();
  const [server] = await db
    .insert(schema.servers)
    .values({ workspaceId, name: "Timetable", url: "https://example.org/mcp", authType: "oauth" })
    .returning();
  return { workspaceId, memberId: member?.id ?? 0, serverId: server?.id ?? 0 };
}
