import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

import { EgressError } from "#src/net/errors.ts";

const DECODERS = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** Whether the body was compressed on its way; then neither this header nor `content-length` is true of what we hand on. */
export function isCompressed(message: IncomingMessage): boolean {
  return encodingOf(message) !== "identity";
}

/**
 * The body as it was before compression, decompressed no faster than it is read.
 *
 * @throws {EgressError} `failed` for an encoding we do not know, several on top of each other included
 */
export function decode(message: IncomingMessage): Readable {
  if (!isCompressed(message)) return message;
  const decoder = DECODERS.get(encodingOf(message))?.();
  if (!decoder)
    throw new EgressError("failed", "http", "The server compressed its answer in a way we did not offer.");
  return pipeline(message, decoder, () => {});
}

function encodingOf(message: IncomingMessage): string {
  return message.headers["content-encoding"]?.trim().toLowerCase() || "identity";
}
