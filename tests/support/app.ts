import { afterAll } from "bun:test";
import { createApp } from "#src/app.ts";
import { createKeyring } from "#src/lib/keyring.ts";
import { createLogger } from "#src/lib/log.ts";
import { createMetrics } from "#src/lib/metrics.ts";
import { createPool } from "#src/mcp/pool.ts";
import { createGuardedFetch } from "#src/net/fetch.ts";
import { createChanges } from "#src/services/changes.ts";
import type { Deps } from "#src/services/context.ts";
import { learnFrom } from "#src/services/learning.ts";
import { readSettings } from "#src/settings.ts";
import { contractOf } from "#tests/support/contract.ts";
import { testDatabase } from "#tests/support/database.ts";

export type TestApp = {
  deps: Deps;
  /** Fails where the answer is not as our own OpenAPI document says. */
  handle(request: Request): Promise<Response>;
};

/**
 * The whole app in this process, on a database of its own and open to servers on loopback; nothing listens. Call it at
 * the top of a file, or in a test: it is closed when that ends.
 *
 * @param env - settings, as the environment would give them
 * @param replaced - what a test brings itself, such as a log that it reads
 */
export async function testApp(
  env: Record<string, string> = {},
  replaced: Partial<Deps> = {},
): Promise<TestApp> {
  const database = await testDatabase();
  const fetch = createGuardedFetch({ allowLoopback: true, exceptions: [] });
  const pool = createPool({ fetch, onOpen: (target, connection) => learnFrom(deps, target, connection) });
  afterAll(async () => {
    await pool.close();
    fetch.close();
  });

  const log = createLogger({ level: "silent" });
  const deps: Deps = {
    db: database.db,
    settings: readSettings(env),
    keyring: createKeyring([{ id: "test", key: new Uint8Array(32).fill(7) }]),
    fetch,
    pool,
    changes: createChanges(database, log),
    // Requests that nobody asked for would come between those that a test counts: a test that wants them brings them.
    lanes: { run() {} },
    log,
    metrics: createMetrics(),
    isReady: async () => true,
    ...replaced,
  };
  const app = createApp(deps);
  const answer = async (request: Request) => await app.handle(request);
  const contract = await contractOf(answer, deps.settings.publicUrl);
  const handle = async (request: Request) => {
    const response = await answer(request);
    await contract.check(request, response);
    return response;
  };
  return { deps, handle };
}
