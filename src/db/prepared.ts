import { type Placeholder, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";

/** A placeholder for each value that a prepared statement will be given. */
export type Params<Values> = { readonly [Name in keyof Values]: Placeholder<string, Values[Name]> };

type Preparable<Result> = {
  prepare(name: string): { execute(values: Record<string, unknown>): Promise<Result> };
};

let statements = 0;

/**
 * A query whose text is made once per connection pool and, on Postgres, parsed once per connection.
 *
 * ```ts
 * const byHash = prepared((db, { keyHash }: Params<{ keyHash: string }>) =>
 *   db.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash)));
 * const [key] = await byHash(db, { keyHash });
 * ```
 *
 * Inside a transaction the text is made anew, because it belongs to that transaction's connection; the server's
 * statement is the same one. Every value must be given: a condition that comes and goes is two statements.
 */
export function prepared<Values extends Record<string, unknown>, Result>(
  build: (db: Db, params: Params<Values>) => Preparable<Result>,
): (db: Db, values: Values) => Promise<Result> {
  const name = `switchyard_${++statements}`;
  const built = new WeakMap<Db, ReturnType<Preparable<Result>["prepare"]>>();

  return (db, values) => {
    let statement = built.get(db);
    if (statement === undefined) {
      statement = build(db, placeholders as Params<Values>).prepare(name);
      built.set(db, statement);
    }
    return statement.execute(values);
  };
}

/** Whatever name is asked for, the placeholder of that name. */
const placeholders = new Proxy({}, { get: (_, name) => sql.placeholder(String(name)) });
