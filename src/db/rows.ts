import type { SQL } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";

/*
 * Where the two drivers answer differently, and queries must not care.
 */

/**
 * The rows of a hand-written statement: postgres.js answers with an array, PGlite with `{ rows }`.
 *
 * @typeParam Row - what the statement selects; times come as text here, everything else as through the query builder
 */
export async function rowsOf<Row>(db: Db, statement: SQL): Promise<Row[]> {
  const answer: unknown = await db.execute(statement);
  // The statement is ours, so its author knows its columns; nothing in the answer could prove them.
  return (Array.isArray(answer) ? answer : (answer as { rows: unknown[] }).rows) as Row[];
}

/** The five characters Postgres gives an error, wherever in the chain of causes they stand; undefined for all else. */
export const sqlStateOf = (error: unknown): string | undefined => serverErrorIn(error)?.code;

/** @param constraint - the index's or constraint's name; any will do where it is left out */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = serverErrorIn(error);
  if (found?.code !== UNIQUE_VIOLATION) return false;
  return constraint === undefined || constraint === (found.constraint ?? found.constraint_name);
}

/** What a row belongs to was deleted meanwhile. */
export const isForeignKeyViolation = (error: unknown): boolean => sqlStateOf(error) === FOREIGN_KEY_VIOLATION;

const UNIQUE_VIOLATION = "23505";
const FOREIGN_KEY_VIOLATION = "23503";

/** `constraint` is PGlite's name for it, `constraint_name` is postgres.js's. */
type ServerError = { code: string; severity: string; constraint?: string; constraint_name?: string };

/** Only a server's answer has a severity: the driver's own errors carry codes too, such as `EPIPE`. */
function serverErrorIn(error: unknown): ServerError | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("severity" in current && "code" in current) return current as unknown as ServerError;
  }
  return undefined;
}
