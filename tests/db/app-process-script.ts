import { migrate } from "#src/db/migrate.ts";
import { openDatabase } from "#src/db/open.ts";
import { accounts } from "#src/db/schema.ts";
import { StartError } from "#src/db/start-error.ts";

/*
 * Says "opened", or why not. Then obeys, a word a line: "migrate" says how many migrations it applied, "write" says the
 * id of every row that was committed, for ever, and "stop" closes the database.
 */

try {
  const database = await openDatabase(JSON.parse(process.argv[2] ?? ""));
  console.log("opened");
  for await (const word of console) {
    if (word === "migrate") console.log(`migrated ${await migrate(database)}`);
    if (word === "write") await write();
    if (word === "stop") break;
  }
  await database.close();
  console.log("closed");

  async function write(): Promise<never> {
    for (;;) {
      const [row] = await database.db
        .insert(accounts)
        .values({ email: `${crypto.randomUUID()}@example.org`, name: "x".repeat(2_000) })
        .returning();
      console.log(row?.id);
    }
  }
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
