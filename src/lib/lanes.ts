/** Work that nobody waits for: one piece after another in each lane, and lanes beside each other. */
export type Lanes = {
  /** Does `work` once what stands before it in its lane is done; where the lane is full, it is not done at all. */
  run(lane: string, work: () => Promise<void>): void;
};

/** @param options.length - how many pieces may stand in one lane, the one that is being done included */
export function createLanes({
  length,
  onError,
}: {
  length: number;
  onError: (error: unknown) => void;
}): Lanes {
  const lanes = new Map<string, (() => Promise<void>)[]>();

  async function drive(lane: string, queue: (() => Promise<void>)[]): Promise<void> {
    for (let work = queue[0]; work; work = queue[0]) {
      await work().catch(onError);
      queue.shift();
    }
    lanes.delete(lane);
  }

  return {
    run(lane, work) {
      const queue = lanes.get(lane);
      if (queue && queue.length >= length) return;
      if (queue) return void queue.push(work);
      const begun = [work];
      lanes.set(lane, begun);
      void drive(lane, begun);
    },
  };
}
