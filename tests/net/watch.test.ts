import { expect, test } from "bun:test";
import { once } from "node:events";

import { Watch } from "#src/net/watch.ts";

test("what has been released ends for nobody any more", async () => {
  const caller = new AbortController();
  const released = new Watch(10, { signal: caller.signal, trace: undefined });
  released.enter("dns", 10);

  released.release();
  caller.abort();
  const later = new Watch(20, { signal: null, trace: undefined });
  await once(later.signal, "abort");

  expect(released.signal.aborted).toBe(false);
});

test("after the end no stage begins", () => {
  const watch = new Watch(Number.POSITIVE_INFINITY, { signal: AbortSignal.abort(), trace: undefined });

  watch.enter("connect", 10);

  expect(watch.stage).toBe("dns");
});
