import { tooLarge } from "#src/net/errors.ts";
import type { Limits } from "#src/net/limits.ts";

/** Counts a body as it is read, after decompression. */
export type Meter = {
  /** @throws {EgressError} `too_large` */
  count(chunk: Uint8Array): void;
  /** How long what is being received may still take; Infinity where only the total limit applies. */
  remainingMs(): number;
};

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/** The whole body is one thing with one limit. */
export function bodyMeter({ maxBytes }: Limits): Meter {
  let bytes = 0;
  return {
    count(chunk) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge("an answer");
    },
    remainingMs: () => Number.POSITIVE_INFINITY,
  };
}

/**
 * Limits each message of a `text/event-stream`, so that the stream may live long. A message ends at an empty line; a comment
 * outside a message is a heartbeat and ends with its line (WHATWG HTML §9.2.6).
 */
export function eventStreamMeter({ maxBytes, maxStreamBytes, messageMs }: Limits): Meter {
  let bytes = 0;
  let streamBytes = 0;
  let deadline = Number.POSITIVE_INFINITY;
  let isInMessage = false;
  let isLineStart = true;
  let isComment = false;
  let isAfterCr = false;

  const endLine = () => {
    if (isLineStart || (isComment && !isInMessage)) {
      bytes = 0;
      isInMessage = false;
      deadline = Number.POSITIVE_INFINITY;
    }
    isLineStart = true;
  };
  const startLine = (firstByte: number) => {
    isLineStart = false;
    isComment = firstByte === COLON;
    if (isComment || isInMessage) return;
    isInMessage = true;
    deadline = performance.now() + messageMs;
  };

  return {
    count(chunk) {
      streamBytes += chunk.length;
      if (streamBytes > maxStreamBytes) throw tooLarge("a stream");
      for (const byte of chunk) {
        const isSecondHalf = byte === LF && isAfterCr;
        isAfterCr = byte === CR;
        if (isSecondHalf) continue;
        if (byte === LF || byte === CR) {
          endLine();
          continue;
        }
        if (isLineStart) startLine(byte);
        bytes += 1;
        if (bytes > maxBytes) throw tooLarge("a message");
      }
    },
    remainingMs: () => deadline - performance.now(),
  };
}
