import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { STARTER_FILE } from "#src/db/embedded/starter.ts";
import { migrate } from "#src/db/migrate.ts";
import * as schema from "#src/db/schema.ts";

/*
 * `bun run db:dump`: makes the database that new data directories begin as, by the migrations as they are now.
 */

/** Nothing here makes another database, so the templates go: two thirds of the size. The rest is packed and settled. */
const SHRINK = [
  "update pg_database set datistemplate = false",
  "drop database template0",
  "drop database template1",
  "vacuum full",
  "vacuum (freeze, analyze)",
  "select pg_switch_wal()",
  "checkpoint",
  "select pg_switch_wal()",
  "checkpoint",
];

const directory = await mkdtemp(join(tmpdir(), "starter-"));
try {
  const engine = await PGlite.create({
    dataDir: directory,
    initDbStartParams: ["--wal-segsize=1"],
    startParams: [...PGlite.defaultStartParams, "-c", "min_wal_size=2MB", "-c", "max_wal_size=2MB"],
  });
  await migrate({ db: drizzle(engine, { schema }) });
  for (const statement of SHRINK) await engine.exec(statement);
  await engine.close();

  // Read without being started again: a database that was stopped cleanly needs no recovery when it is opened.
  const stopped = await PGlite.create({ dataDir: directory, noInitDb: true });
  const archive = await (await stopped.dumpDataDir("none")).bytes();
  const packed = Bun.zstdCompressSync(archive, { level: 22 });
  await Bun.write(STARTER_FILE, packed);
  console.log(`${STARTER_FILE}: ${packed.length >> 10} KB`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
