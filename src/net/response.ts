import { type IncomingMessage, STATUS_CODES } from "node:http";

import { limitedBody } from "#src/net/body.ts";
import { isCompressed } from "#src/net/decode.ts";
import { EgressError, tooLarge } from "#src/net/errors.ts";
import type { Limits } from "#src/net/limits.ts";
import { bodyMeter, eventStreamMeter } from "#src/net/meters.ts";
import type { Watch } from "#src/net/watch.ts";

/** Statuses whose `Response` may have no body, whatever the server sent. */
const BODILESS = [204, 205, 304];

/**
 * The `Response` of fetch for what came over the wire. The watch stays with its body.
 *
 * @param url - what was asked last, after redirects
 * @throws {EgressError} `failed` for a status that HTTP does not have; `too_large` for a body announced past the limit
 */
export function toResponse(
  message: IncomingMessage,
  request: { url: URL; method: string },
  limits: Limits,
  watch: Watch,
): Response {
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599)
    throw new EgressError("failed", "http", "The server answered with no HTTP status.");

  const headers = readHeaders(message);
  const response = new Response(readBody(message, request.method, limits, watch), {
    status,
    // The server's own phrase is free text that ends up in messages.
    statusText: STATUS_CODES[status] ?? "",
    headers,
  });
  Object.defineProperty(response, "url", { value: request.url.href });
  return response;
}

function readHeaders(message: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2)
    headers.append(message.rawHeaders[i] ?? "", message.rawHeaders[i + 1] ?? "");
  if (isCompressed(message)) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  return headers;
}

function readBody(message: IncomingMessage, method: string, limits: Limits, watch: Watch): BodyInit | null {
  if (method === "HEAD" || BODILESS.includes(message.statusCode ?? 0)) {
    // Only a 205 could still have one on the wire.
    if (message.statusCode === 205) message.destroy();
    else message.resume();
    watch.release();
    return null;
  }
  const isEventStream = message.headers["content-type"]?.trim().toLowerCase().startsWith("text/event-stream");
  if (isEventStream) return limitedBody(message, eventStreamMeter(limits), watch, limits.idleMs);

  if (Number(message.headers["content-length"]) > limits.maxBytes) throw tooLarge("an answer");
  return limitedBody(message, bodyMeter(limits), watch, limits.idleMs);
}
