import type { IncomingMessage } from "node:http";

import { decode } from "#src/net/decode.ts";
import { asEgressError, timedOut } from "#src/net/errors.ts";
import { after } from "#src/net/limits.ts";
import type { Meter } from "#src/net/meters.ts";
import type { Watch } from "#src/net/watch.ts";

/**
 * The body of a response: read from the socket no faster than somebody asks, decompressed, counted, and cut off when the
 * watch ends. An error while nobody reads waits for the next reader and disturbs nobody else.
 *
 * @throws {EgressError} `failed` for a compression we do not know
 */
export function limitedBody(
  message: IncomingMessage,
  meter: Meter,
  watch: Watch,
  idleMs: number,
): ReadableStream<Uint8Array> {
  const source = decode(message);
  const closed = Promise.withResolvers<void>();
  source.once("close", closed.resolve);
  let isOver = false;
  let cancelIdle = () => {};

  const finish = () => {
    isOver = true;
    cancelIdle();
    watch.release();
  };

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const fail = (error: unknown) => {
          if (isOver) return;
          finish();
          source.destroy();
          controller.error(error);
        };
        source.on("data", (chunk: Uint8Array) => {
          if (isOver) return;
          cancelIdle();
          source.pause();
          try {
            meter.count(chunk);
            controller.enqueue(chunk);
          } catch (error) {
            fail(error);
          }
        });
        source.on("end", () => {
          if (isOver) return;
          finish();
          controller.close();
        });
        source.on("error", (error) => fail(asEgressError(error, "http")));
        source.on("close", () => fail(asEgressError(message.errored, "http")));
        watch.signal.addEventListener("abort", () => fail(watch.signal.reason), { once: true });
        source.pause();
      },
      pull() {
        const patienceMs = Math.min(idleMs, meter.remainingMs());
        cancelIdle = after(patienceMs, () => watch.end(timedOut("http")));
        source.resume();
      },
      cancel() {
        finish();
        // What has already arrived is let through, so that the connection can serve the next request.
        if (source === message && message.complete) source.resume();
        else source.destroy();
        return closed.promise;
      },
    },
    { highWaterMark: 0 },
  );
}
