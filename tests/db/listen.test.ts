import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();

test("everybody who listens gets the payload, and nobody else", async () => {
  const first = nextPayload();
  const second = nextPayload();
  await database.listen("Servers-1", first.hear);
  await database.listen("Servers-1", second.hear);
  const others: string[] = [];
  await database.listen("servers-1", (payload) => others.push(payload));

  await database.notify("Servers-1", `it's {"id": 1}`);

  expect(await Promise.all([first.payload, second.payload])).toEqual([`it's {"id": 1}`, `it's {"id": 1}`]);
  expect(others).toEqual([]);
});

test("what a transaction says is heard when it commits", async () => {
  const heard = nextPayload();
  await database.listen("committed", heard.hear);

  await database.db.transaction((tx) => tx.execute(sql`select pg_notify('committed', 'yes')`));

  expect(await heard.payload).toBe("yes");
});

test("whoever stopped listening hears no more, and the others still do", async () => {
  const stays = nextPayload();
  const left: string[] = [];
  const stop = await database.listen("left", (payload) => left.push(payload));
  await database.listen("left", stays.hear);

  await stop();
  await database.notify("left", "late");

  expect(await stays.payload).toBe("late");
  expect(left).toEqual([]);
});

test.skipIf(database.kind !== "postgres")(
  "a listener hears again after its connection was lost",
  async () => {
    const heard = nextPayload();
    await database.listen("lost", heard.hear);

    await database.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
    );
    const repeat = setInterval(() => void database.notify("lost", "back"), 20);

    expect(await heard.payload.finally(() => clearInterval(repeat))).toBe("back");
  },
);

function nextPayload() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { payload: promise, hear: resolve };
}
