import { expect, test } from "bun:test";
import { and, eq, gt, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { type Params, prepared } from "#src/db/prepared.ts";
import { rowsOf } from "#src/db/rows.ts";
import { accounts } from "#src/db/schema.ts";
import { testDatabase } from "#tests/support/database.ts";

const { db, kind } = await testDatabase();

let builds = 0;

const named = prepared((on, { name, since }: Params<{ name: string; since: Date }>) => {
  builds++;
  return on
    .select({ email: accounts.email })
    .from(accounts)
    .where(and(eq(accounts.name, name), gt(accounts.createdAt, since)));
});

const since = new Date("2026-01-01T00:00:00Z");
const add = (on: Db, name: string) =>
  on.insert(accounts).values({ name, email: `${crypto.randomUUID()}@example.org` });

test("gives the rows for the values of each call", async () => {
  await add(db, "Ada");
  await add(db, "Ada");
  await add(db, "Bob");

  const [adas, bobs, later] = await Promise.all([
    named(db, { name: "Ada", since }),
    named(db, { name: "Bob", since }),
    named(db, { name: "Bob", since: new Date("2100-01-01T00:00:00Z") }),
  ]);

  expect([adas.length, bobs.length, later.length]).toEqual([2, 1, 0]);
});

test("is built once, however often it is asked", async () => {
  await named(db, { name: "Vic", since });
  const before = builds;

  await named(db, { name: "Vic", since });

  expect(builds).toBe(before);
});

test("inside a transaction it belongs to the transaction", async () => {
  const inside = await db.transaction(async (tx) => {
    await add(tx, "Eve");
    return named(tx, { name: "Eve", since });
  });

  expect(inside).toHaveLength(1);
});

test.skipIf(kind !== "postgres")("the server parses it once for each connection", async () => {
  const uses = await db.transaction(async (tx) => {
    await named(tx, { name: "Ada", since });
    await named(tx, { name: "Bob", since });
    return rowsOf<{ plans: number }>(
      tx,
      sql`select generic_plans + custom_plans as plans from pg_prepared_statements where statement like 'select "email"%'`,
    );
  });

  expect(uses).toHaveLength(1);
  expect(uses[0]?.plans).toBeGreaterThanOrEqual(2);
});
