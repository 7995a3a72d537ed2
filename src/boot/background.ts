import * as flowRows from "#src/db/oauth-flows.ts";
import * as ticketRows from "#src/db/run-tickets.ts";
import type { Deps } from "#src/services/context.ts";
import { refreshAhead } from "#src/services/oauth/refresh-ahead.ts";
import { retryRevocations } from "#src/services/oauth/revocations.ts";

const everyMs = 15_000;

/**
 * Work that nobody waits for, on every instance: what one of them takes up, the others pass over.
 *
 * @returns stops it, after what is under way
 */
export function startBackground(deps: Deps): () => Promise<void> {
  const chores = {
    refreshAhead,
    retryRevocations,
    removeExpiredFlows: ({ db }: Deps) => flowRows.removeExpired(db),
    removeExpiredTickets: ({ db }: Deps) => ticketRows.removeExpired(db),
  };
  let running: Promise<void> = Promise.resolve();
  const round = async () => {
    for (const [chore, run] of Object.entries(chores))
      await run(deps).catch((error: unknown) => deps.log.error({ chore, error }, "background work failed"));
  };
  const timer = setInterval(() => {
    running = running.then(round);
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
