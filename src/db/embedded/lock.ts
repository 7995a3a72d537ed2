import { Database, SQLiteError } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { StartError } from "#src/db/start-error.ts";

/** Referenced for as long as they are held: a collected handle would give its lock away. */
const held = new Set<Database>();

/**
 * Makes the directory, where it is not there, and this process the only one that uses a directory: two on one embedded database lose committed rows.
 *
 * The lock is the operating system's, on an SQLite file with an open exclusive transaction. So it ends with the process,
 * however that dies, and no file that a dead process left behind can be mistaken for a lock.
 *
 * @throws {StartError} where another process, or another database of this one, holds it; where it cannot be written to
 */
export function lockDirectory(directory: string): { release(): void } {
  const file = openFile(directory);
  try {
    file.run("begin exclusive");
  } catch (error) {
    file.close();
    if (error instanceof SQLiteError && error.code === "SQLITE_BUSY") throw inUse(directory);
    throw error;
  }
  held.add(file);
  return {
    release() {
      held.delete(file);
      file.close();
    },
  };
}

function openFile(directory: string): Database {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new Database(join(directory, "lock"), { create: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `Cannot write to the data directory ${resolve(directory)}: ${reason}. ` +
        "Give it to the user that runs Switchyard, or set DATA_DIR to another directory.",
      { cause },
    );
  }
}

const inUse = (directory: string): StartError =>
  new StartError(
    `Another Switchyard is running on the data directory ${resolve(directory)}. ` +
      "Stop that one, or set DATA_DIR to another directory, or set DATABASE_URL to share one Postgres between several.",
  );
