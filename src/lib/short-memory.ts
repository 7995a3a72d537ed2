export type ShortMemory<T> = {
  /**
   * Does the work, or waits for the same that is under way or was just done. A failure is nobody's but those who wait.
   *
   * @returns `isRepeat` for all but whoever came first
   */
  once(key: string, work: () => Promise<T>): Promise<{ value: T; isRepeat: boolean }>;
};

type Options<T> = {
  /** From the end of the work. */
  keepMs: number;
  maxEntries: number;
  /** Of all that is kept, in UTF-16 units. */
  maxChars: number;
  charsOf: (value: T) => number;
};

/** What was done lately in this process, for whoever asks for the very same. The oldest goes first where room is short. */
export function createShortMemory<T>({ keepMs, maxEntries, maxChars, charsOf }: Options<T>): ShortMemory<T> {
  const underWay = new Map<string, Promise<T>>();
  const kept = new Map<string, { value: T; chars: number; timer: ReturnType<typeof setTimeout> }>();
  let keptChars = 0;

  const forget = (key: string): void => {
    const entry = kept.get(key);
    if (!entry) return;
    clearTimeout(entry.timer);
    kept.delete(key);
    keptChars -= entry.chars;
  };

  const keep = (key: string, value: T): void => {
    const chars = charsOf(value);
    if (chars > maxChars) return;
    const timer = setTimeout(() => forget(key), keepMs);
    timer.unref();
    kept.set(key, { value, chars, timer });
    keptChars += chars;
    for (const oldest of kept.keys()) {
      if (kept.size <= maxEntries && keptChars <= maxChars) return;
      forget(oldest);
    }
  };

  return {
    async once(key, work) {
      const done = kept.get(key);
      if (done) return { value: done.value, isRepeat: true };
      const running = underWay.get(key);
      if (running) return { value: await running, isRepeat: true };

      const begun = work();
      underWay.set(key, begun);
      try {
        const value = await begun;
        keep(key, value);
        return { value, isRepeat: false };
      } finally {
        underWay.delete(key);
      }
    },
  };
}
