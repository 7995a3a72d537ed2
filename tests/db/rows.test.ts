import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { isUniqueViolation, rowsOf, sqlStateOf } from "#src/db/rows.ts";
import { accounts } from "#src/db/schema.ts";
import { testDatabase } from "#tests/support/database.ts";

const { db } = await testDatabase();

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test("the rows of a hand-written statement are an array", async () => {
  expect(await rowsOf<{ n: number }>(db, sql`select n from generate_series(1, 3) n`)).toEqual([
    { n: 1 },
    { n: 2 },
    { n: 3 },
  ]);
  expect(await rowsOf(db, sql`select 1 where false`)).toEqual([]);
});

test("a duplicate is told by its state and by its constraint, whatever the case of the letters", async () => {
  await db.insert(accounts).values({ email: "ada@example.org", name: "Ada" });

  const failure = await failureOf(db.insert(accounts).values({ email: "ADA@example.org", name: "Ada" }));

  expect(sqlStateOf(failure)).toBe("23505");
  expect(isUniqueViolation(failure)).toBe(true);
  expect(isUniqueViolation(failure, "accounts_email")).toBe(true);
  expect(isUniqueViolation(failure, "accounts_pkey")).toBe(false);
});

test("a duplicate that a transaction met is told too, also where the transaction went on", async () => {
  const again = { email: "bob@example.org", name: "Bob" };
  await db.insert(accounts).values(again);

  const failures = [
    await failureOf(db.transaction((tx) => tx.insert(accounts).values(again))),
    await failureOf(db.transaction((tx) => tx.transaction((inner) => inner.insert(accounts).values(again)))),
  ];

  expect(failures.map((failure) => isUniqueViolation(failure, "accounts_email"))).toEqual([true, true]);
});

test("a transaction that hides a failed statement does not look committed", async () => {
  const failure = await failureOf(
    db.transaction(async (tx) => {
      await tx.insert(accounts).values({ email: "vic@example.org", name: "Vic" });
      await failureOf(tx.execute(sql`select 1 / 0`));
    }),
  );

  expect(sqlStateOf(failure)).toMatch(/^(22012|25P02)$/);
  expect(await rowsOf(db, sql`select 1 from accounts where email = 'vic@example.org'`)).toEqual([]);
});

test("other failures are no duplicates, and what no server said has no state", async () => {
  const failure = await failureOf(db.execute(sql`select 1 / 0`));

  expect(sqlStateOf(failure)).toBe("22012");
  expect(isUniqueViolation(failure)).toBe(false);
  expect(sqlStateOf(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }))).toBeUndefined();
  expect(sqlStateOf("nonsense")).toBeUndefined();
});
