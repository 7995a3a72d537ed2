import type { Db } from "#src/db/client.ts";
import * as rows from "#src/db/icons.ts";
import type { Deps } from "#src/services/context.ts";
import { searchIcon } from "#src/services/icons/search.ts";

const EVERY_MS = 60_000;
const SEARCH_MS = 10_000;
const AT_ONCE = 2;
const DAY_SECONDS = 24 * 60 * 60;

type Tools = Pick<Deps, "db" | "fetch" | "log">;

/** The worker of this process for each database, so that a service that only knows the database can wake it. */
const workers = new WeakMap<Db, () => void>();

/** Without a worker in this process nothing happens here: the row is due, and another instance's worker takes it. */
export function wakeIconRefresh(db: Db): void {
  workers.get(db)?.();
}

/**
 * Refreshes icons in the background: now, every minute, and when woken. Any number of instances may do so.
 *
 * @returns `stop`, which ends the searches under way and resolves when they are over
 */
export function startIconRefresh(tools: Tools): () => Promise<void> {
  const stopping = new AbortController();
  let isAskedAgain = false;
  let running: Promise<void> | null = null;

  const wake = (): void => {
    isAskedAgain = true;
    running ??= run();
  };
  const run = async (): Promise<void> => {
    while (isAskedAgain && !stopping.signal.aborted) {
      isAskedAgain = false;
      await refreshIcons(tools, stopping.signal).catch((error: unknown) => {
        tools.log.error({ err: error }, "icons were not refreshed");
      });
    }
    // In the same turn as the last look at `isAskedAgain`, so that no call to `wake` falls between the two.
    running = null;
  };

  const timer = setInterval(wake, EVERY_MS);
  workers.set(tools.db, wake);
  wake();
  return async () => {
    clearInterval(timer);
    workers.delete(tools.db);
    stopping.abort();
    await running;
  };
}

/** Looks for every icon that is due, two at a time, until none is left. */
export async function refreshIcons(tools: Tools, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const due = await rows.claimDue(tools.db, AT_ONCE);
    if (due.length === 0) return;
    await Promise.all(due.map((claim) => refresh(tools, claim, stop)));
  }
}

async function refresh(tools: Tools, claim: rows.DueIcon, stop: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(SEARCH_MS)]);
  const picture = await searchIcon({ ...tools, signal }, claim);
  if (picture) await rows.keep(tools.db, claim, picture, aboutAWeek());
  // A search that was cut short by a shutdown says nothing: its claim runs out, and it is made again.
  else if (!stop.aborted) await rows.putOff(tools.db, claim, DAY_SECONDS);
}

/** A tenth more or less, so that what was added together is not asked for together for ever. */
const aboutAWeek = (): number => Math.round(7 * DAY_SECONDS * (0.9 + 0.2 * Math.random()));
