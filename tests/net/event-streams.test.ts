import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createGzip } from "node:zlib";

import { EgressError } from "#src/net/fetch.ts";
import { DEFAULT_LIMITS } from "#src/net/limits.ts";
import { eventStreamMeter } from "#src/net/meters.ts";
import { errorOf, localGuard } from "#tests/net/support/guards.ts";
import { startDrip, startFlood, startHttp } from "#tests/net/support/peers.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n";

/** A server that hands out its open stream, to be written to by the test. */
async function startStream() {
  const { promise: stream, resolve } = Promise.withResolvers<ServerResponse>();
  const peer = await startHttp((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    resolve(response);
  });
  return Object.assign(peer, { stream });
}

const decoder = new TextDecoder();

describe("an event stream", () => {
  test("hands on each message as it comes, and lives on past the limit of a single one", async () => {
    await using peer = await startStream();
    using fetch = localGuard();
    const message = `data: ${"x".repeat(992)}\n\n`;

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { maxBytes: 1_000 } });
    const reader = response.body?.getReader();
    const stream = await peer.stream;
    let received = "";
    for (let i = 1; i <= 10; i += 1) {
      stream.write(message);
      while (received.length < i * message.length) received += decoder.decode((await reader?.read())?.value);
    }

    expect(received).toBe(message.repeat(10));
  });

  test("hands on each message as it comes where it is compressed", async () => {
    const gzip = createGzip();
    await using peer = await startHttp((_request, response) => {
      gzip.pipe(response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" }));
      gzip.write("data: first\n\n");
      gzip.flush();
    });
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);
    const first = await response.body?.getReader().read();

    expect(decoder.decode(first?.value)).toBe("data: first\n\n");
    gzip.destroy();
  });

  test("ends at a message without an end", async () => {
    await using peer = await startFlood(`${HEAD}data: `, "x".repeat(10_000));
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(await errorOf(response.text())).toMatchObject({ kind: "too_large", stage: "http" });
  });

  test("ends at more messages than anybody needs", async () => {
    await using peer = await startFlood(HEAD, "data: tick\n\n".repeat(1_000));
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { maxStreamBytes: 1_000_000 } });

    expect(await errorOf(response.text())).toMatchObject({ kind: "too_large", stage: "http" });
  });

  test.each([
    ["byte by byte", "data: ", "x"],
    ["line by line", "", "data: x\n"],
  ])("ends at a message that drips %s", async (_what, begin, piece) => {
    await using peer = await startDrip(HEAD + begin, piece, 5);
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, {
      limits: { totalMs: Number.POSITIVE_INFINITY, messageMs: 60 },
    });

    expect(await errorOf(response.text())).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("ends where it falls silent", async () => {
    await using peer = await startStream();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, {
      limits: { totalMs: Number.POSITIVE_INFINITY, idleMs: 30 },
    });

    expect(await errorOf(response.text())).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("is kept open by heartbeats alone", async () => {
    const beats = 60;
    await using peer = await startDrip(HEAD, ": beat\n", 25);
    using fetch = localGuard();
    let received = "";

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, {
      limits: { totalMs: Number.POSITIVE_INFINITY, idleMs: 1000, messageMs: 500, maxBytes: 20 },
    });
    for await (const chunk of response.body ?? []) {
      received += decoder.decode(chunk);
      if (received.length >= beats * 7) break;
    }

    expect(received).toStartWith(": beat\n".repeat(beats));
  });

  test("has a whole life no longer than the total limit where there is one", async () => {
    await using peer = await startDrip(HEAD, "data: tick\n\n", 5);
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { totalMs: 400 } });

    expect(await errorOf(response.text())).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("ends upstream when its reader leaves", async () => {
    await using peer = await startStream();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, {
      limits: { totalMs: Number.POSITIVE_INFINITY },
    });
    const stream = await peer.stream;
    const closed = once(stream, "close");
    await response.body?.cancel();

    await closed;
    expect(stream.writableFinished).toBe(false);
  });
});

describe("a message's size", () => {
  const limited = () => eventStreamMeter({ ...DEFAULT_LIMITS, maxBytes: 20 });
  const count = (pieces: string[]) => {
    const meter = limited();
    for (const piece of pieces) meter.count(new TextEncoder().encode(piece));
  };

  test.each([
    ["line feeds", ["data: 1234567890\n\n", "data: 1234567890\n\n"]],
    ["carriage returns", ["data: 1234567890\r\r", "data: 1234567890\r\r"]],
    ["both, torn apart", ["data: 1234567890\r", "\n", "\r", "\ndata: 1234567890\r\n\r\n"]],
    ["a comment on its own line", [": 34567890\n", ": 34567890\n", ": 34567890\n"]],
    ["bytes one by one", [...": 34567890\n\ndata: 1\n\n: 34567890\n"]],
  ])("begins anew after %s", (_what, pieces) => {
    expect(() => count(pieces)).not.toThrow();
  });

  test.each([
    ["several lines of one message", ["data: 12345\n", "data: 12345\n"]],
    ["several lines that end both ways, torn apart", ["data: 12345\r", "\ndata: 12345\r", "\n"]],
    ["comments inside a message", ["data: 1\n", ": 34567890\n", ": 3456"]],
    ["a comment without an end", [":", "1234567890", "1234567890"]],
  ])("adds up over %s", (_what, pieces) => {
    expect(() => count(pieces)).toThrow(EgressError);
  });
});
