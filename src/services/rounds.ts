import type { Busy, Turns } from "#src/db/turns.ts";

/** How much one round of a background chore may take. Injectable, so that a test of what hangs need not hang. */
export type RoundLimits = {
  /** At once, in this process; of these for one workspace, and at one host. */
  atOnce: number;
  perWorkspace: number;
  perHost: number;
  /** All together. */
  items: number;
  /** So long something new is begun. What is under way then is carried to its end. */
  beginMs: number;
};

export const ROUND: RoundLimits = {
  atOnce: 16,
  perWorkspace: 8,
  perHost: 4,
  items: 1_000,
  beginMs: 30_000,
};

/** Whose share of the round something takes. */
export type Place = { workspaceId: string; host: string };

/** What a chore does with what is due. `work` deals with its own failures. */
export type Round<Item> = {
  claim(turns: Turns): Promise<Item[]>;
  placeOf(item: Item): Place;
  work(item: Item): Promise<void>;
};

/**
 * Works through what is due: as soon as one thing is done, the next one is claimed, of whoever has its share not under way.
 * So a host that hangs keeps no other waiting.
 *
 * @returns once nothing is left, the round has done enough, or it is told to stop, and all that it began has ended
 */
export async function workThrough<Item>(
  { claim, placeOf, work }: Round<Item>,
  stop: AbortSignal,
  { atOnce, perWorkspace, perHost, items, beginMs }: RoundLimits = ROUND,
): Promise<void> {
  const underWay = new Map<Promise<void>, Place>();
  const until = performance.now() + beginMs;
  let left = items;
  let ended = 0;
  const claimSome = async (): Promise<Item[]> => {
    const limit = Math.min(left, atOnce - underWay.size);
    if (limit === 0 || stop.aborted || performance.now() > until) return [];
    return claim({ limit, perWorkspace, perHost, busy: busyOf(underWay) });
  };

  try {
    for (;;) {
      const endedBefore = ended;
      for (const item of await claimSome()) {
        left -= 1;
        const working = work(item).finally(() => {
          underWay.delete(working);
          ended += 1;
        });
        underWay.set(working, placeOf(item));
      }
      // What ended during the claim has left a place that the claim still saw taken.
      if (ended > endedBefore) continue;
      if (underWay.size === 0) return;
      await Promise.race(underWay.keys());
    }
  } finally {
    await Promise.all(underWay.keys());
  }
}

const busyOf = (underWay: ReadonlyMap<unknown, Place>): Busy => ({
  workspaces: [...underWay.values()].map(({ workspaceId }) => workspaceId),
  hosts: [...underWay.values()].map(({ host }) => host),
});
