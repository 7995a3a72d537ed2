import { existsSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { DurableFiles } from "#src/db/embedded/durable-files.ts";
import { Engine } from "#src/db/embedded/engine.ts";
import { lockDirectory } from "#src/db/embedded/lock.ts";
import { readStarter, unpackStarter } from "#src/db/embedded/starter.ts";
import { keepUp } from "#src/db/embedded/upkeep.ts";
import type { Database } from "#src/db/open.ts";
import { withinPatience } from "#src/db/ping.ts";
import * as schema from "#src/db/schema.ts";

/** The default of 128 MB would be kept in memory beside the operating system's own copy of the same files. */
const START = [...PGlite.defaultStartParams, "-c", "shared_buffers=32MB"];
const DURABLE_START = [...START.filter((parameter) => parameter !== "-F"), "-c", "wal_sync_method=fsync"];

/**
 * An embedded database in `<dataDir>/database`; both are made where they are not there.
 *
 * @param onUpkeepError - told what went wrong in the background; the database stays open
 */
export async function openDirectory(
  dataDir: string,
  onUpkeepError: (error: unknown) => void,
): Promise<Database> {
  const lock = lockDirectory(dataDir);
  try {
    const directory = join(dataDir, "database");
    if (!existsSync(directory)) await unpackStarter(directory);
    const engine = await Engine.start({ fs: new DurableFiles(directory), startParams: DURABLE_START });
    const stopUpkeep = keepUp(engine, onUpkeepError);
    return databaseOn(engine, async () => {
      stopUpkeep();
      await engine.close();
      lock.release();
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** An embedded database that is gone when it is closed. */
export async function openMemory(): Promise<Database> {
  const starter = new Blob([await readStarter()]);
  const engine = await Engine.start({ loadDataDir: starter, startParams: START });
  return databaseOn(engine, () => engine.close());
}

function databaseOn(engine: Engine, close: () => Promise<void>): Database {
  let closing: Promise<void> | undefined;
  return {
    db: drizzle(engine, { schema }),
    kind: "pglite",
    async listen(channel, onPayload) {
      const unlisten = await engine.listen(`"${channel}"`, onPayload);
      return () => unlisten();
    },
    async notify(channel, payload) {
      await engine.query("select pg_notify($1, $2)", [channel, payload]);
    },
    ping: () => withinPatience(engine.query("select 1")),
    // What is queued is otherwise met by an engine that is gone.
    close: () =>
      (closing ??= withinPatience(engine.query("select 1"))
        .catch(() => {})
        .then(close)),
  };
}
