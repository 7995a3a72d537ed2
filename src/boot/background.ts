import { setTimeout as sleep } from "node:timers/promises";
import * as flowRows from "#src/db/oauth-flows.ts";
import * as ticketRows from "#src/db/run-tickets.ts";
import type { Deps } from "#src/services/context.ts";
import { refreshAhead } from "#src/services/oauth/refresh-ahead.ts";
import { retryRevocations } from "#src/services/oauth/revocation-retries.ts";

/** One round of something that is to be done again and again; told to stop, it begins nothing more. */
type Chore = (deps: Deps, stop: AbortSignal) => Promise<void>;

const allChores: Record<string, Chore> = {
  refreshAhead: (deps, stop) => refreshAhead(deps, stop),
  retryRevocations: (deps, stop) => retryRevocations(deps, stop),
  removeExpiredFlows: ({ db }) => flowRows.removeExpired(db),
  removeExpiredTickets: ({ db }) => ticketRows.removeExpired(db),
};

/**
 * Work that nobody waits for, on every instance: what one of them takes up, the others pass over. Each chore has rounds of
 * its own, so that one which hangs or fails keeps no other from its turn.
 *
 * @returns stops it: what is under way is carried to its end, for new tokens must be stored
 */
export function startBackground(
  deps: Deps,
  { chores = allChores, everyMs = 15_000 }: { chores?: Record<string, Chore>; everyMs?: number } = {},
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const repeat = async ([chore, run]: [string, Chore]) => {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await run(deps, signal).catch((error: unknown) =>
        deps.log.error({ chore, error }, "background work failed"),
      );
    }
  };
  const repeating = Object.entries(chores).map(repeat);
  return async () => {
    stopping.abort();
    await Promise.all(repeating);
  };
}
