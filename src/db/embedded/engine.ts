import { AsyncLocalStorage } from "node:async_hooks";
import {
  PGlite,
  type PGliteOptions,
  type QueryOptions,
  type Results,
  type Transaction,
} from "@electric-sql/pglite";
import { bytea, int8 } from "#src/db/values.ts";

/**
 * PGlite has one connection, so a query on the outer database from inside `db.transaction` waits for that transaction,
 * which waits for the query: for ever, and everybody else with them. Here it fails at once, in whichever test runs it.
 */
export class Engine extends PGlite {
  readonly #transaction = new AsyncLocalStorage<{ isOpen: boolean }>();

  /** @returns when the database answers */
  static async start(options: PGliteOptions): Promise<Engine> {
    const engine = new Engine({
      ...options,
      parsers: { [int8.type]: int8.parse, [bytea.type]: bytea.parse },
      serializers: { [bytea.type]: bytea.serialize },
    });
    await engine.waitReady;
    return engine;
  }

  override query<T>(query: string, params?: unknown[], options?: QueryOptions): Promise<Results<T>> {
    this.#refuseInsideTransaction();
    return super.query<T>(query, params, options);
  }

  override async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#refuseInsideTransaction();
    const own = { isOpen: true };
    try {
      return await super.transaction((tx) => this.#transaction.run(own, () => work(tx)));
    } finally {
      own.isOpen = false;
    }
  }

  #refuseInsideTransaction(): void {
    if (!this.#transaction.getStore()?.isOpen) return;
    throw new Error(
      "A query on the outer database would wait for its own transaction for ever: pass the transaction on.",
    );
  }
}
