import type { PGlite } from "@electric-sql/pglite";

const EVERY_MS = 5 * 60_000;

/**
 * Does now and then what a Postgres server does in processes of its own and PGlite never does. Without it the log of
 * changes grows until the app is stopped, is replayed from its beginning after a crash, and dead rows stay for ever.
 *
 * @returns stops it
 */
export function keepUp(engine: PGlite, onError: (error: unknown) => void): () => void {
  let seen = "";
  const timer = setInterval(async () => {
    try {
      const before = await position(engine);
      if (before === seen) return;
      await tidy(engine);
      seen = await position(engine);
    } catch (error) {
      onError(error);
    }
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Clears dead rows, counts what the planner wants to know, and lets go of the log up to here. */
export async function tidy(engine: PGlite): Promise<void> {
  await engine.exec("vacuum (analyze)");
  await engine.exec("checkpoint");
}

async function position(engine: PGlite): Promise<string> {
  const { rows } = await engine.query<{ position: string }>(
    "select pg_current_wal_insert_lsn()::text as position",
  );
  return rows[0]?.position ?? "";
}
