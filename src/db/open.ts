import type { Db } from "#src/db/client.ts";
import { openDirectory, openMemory } from "#src/db/embedded/index.ts";
import { openPostgres } from "#src/db/postgres.ts";

export type Database = {
  db: Db;
  kind: "pglite" | "postgres";
  /**
   * Calls back for every payload that any instance sends on the channel, until the returned function is called.
   * Payloads sent while the connection was down are lost: a notification may only make something fresher sooner.
   */
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>;
  /** Tells all instances, this one too. Postgres carries at most 8,000 bytes. */
  notify(channel: string, payload: string): Promise<void>;
  /** @throws where the database does not answer within five seconds */
  ping(): Promise<void>;
  /** Lets all that was asked before end, on Postgres within five seconds. Twice is the same as once. */
  close(): Promise<void>;
};

/** A Postgres; or an embedded database, in a directory that this process alone may use, or in memory and gone with it. */
export type DatabaseTarget = { url: string } | { dataDir: string } | { memory: true };

/**
 * Opens the database without touching its schema; `migrate` comes next.
 *
 * @param onUpkeepError - told where the embedded database's upkeep failed, which can be tried again later
 * @throws {StartError} where it cannot be used, with what to do
 */
export function openDatabase(
  target: DatabaseTarget,
  onUpkeepError: (error: unknown) => void = () => {},
): Promise<Database> {
  if ("url" in target) return openPostgres(target.url);
  if ("dataDir" in target) return openDirectory(target.dataDir, onUpkeepError);
  return openMemory();
}
