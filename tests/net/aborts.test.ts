import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";

import { localGuard } from "#tests/net/support/guards.ts";
import { startHttp, startRaw, startScript } from "#tests/net/support/peers.ts";

const reason = new DOMException("The person left.", "AbortError");
const HALF = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";

/** A server on which nothing is ever answered, and the moment at which it was left again. */
async function startHanging(text = "") {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const peer = await startRaw((socket) => {
    socket.on("data", () => {
      socket.write(text);
      reach();
    });
    socket.once("close", () => resolve());
  });
  return Object.assign(peer, { left, reached });
}

describe("an abort", () => {
  test("before the request sends nothing", async () => {
    await using peer = await startHanging();
    using fetch = localGuard();

    const attempt = fetch(`http://127.0.0.1:${peer.port}/`, { signal: AbortSignal.abort(reason) });

    expect(await attempt.catch((error: unknown) => error)).toBe(reason);
    expect(peer.connections).toBe(0);
  });

  test("during the look-up dials nothing, even if an answer comes later", async () => {
    await using peer = await startHanging();
    const abort = new AbortController();
    const answer = Promise.withResolvers<string[]>();
    using fetch = localGuard({ resolve: () => answer.promise });

    const attempt = fetch(`http://mcp.example:${peer.port}/`, { signal: abort.signal });
    abort.abort(reason);
    const outcome = await attempt.catch((error: unknown) => error);
    answer.resolve(["127.0.0.1"]);
    // A whole exchange with the same peer: a late dial would have been there first.
    await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { firstByteMs: 20 } }).catch(() => {});

    expect(outcome).toBe(reason);
    expect(peer.connections).toBe(1);
  });

  test("while waiting for the answer rejects with its reason and leaves", async () => {
    await using peer = await startHanging();
    const abort = new AbortController();
    using fetch = localGuard();

    const attempt = fetch(`http://127.0.0.1:${peer.port}/`, { signal: abort.signal });
    await peer.reached;
    abort.abort(reason);

    expect(await attempt.catch((error: unknown) => error)).toBe(reason);
    await peer.left;
  });

  test("while the body is read rejects the reader with its reason and leaves", async () => {
    await using peer = await startHanging(HALF);
    const abort = new AbortController();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { signal: abort.signal });
    const reading = response.text();
    abort.abort(reason);

    expect(await reading.catch((error: unknown) => error)).toBe(reason);
    await peer.left;
  });

  test("of a Request's own signal counts too", async () => {
    await using peer = await startHanging();
    const abort = new AbortController();
    using fetch = localGuard();

    const attempt = fetch(new Request(`http://127.0.0.1:${peer.port}/`, { signal: abort.signal }));
    await peer.reached;
    abort.abort(reason);

    expect(await attempt.catch((error: unknown) => error)).toBe(reason);
  });

  test("after the last byte changes nothing", async () => {
    await using peer = await startHttp((_request, response) => response.end("hello"));
    const abort = new AbortController();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { signal: abort.signal });
    const text = await response.text();
    abort.abort(reason);
    await (await fetch(`http://127.0.0.1:${peer.port}/`)).text();

    expect(text).toBe("hello");
    expect(peer.connections).toBe(1);
  });
});

// The runner fails a test during which an error goes unhandled.
describe("what nobody reads disturbs nobody", () => {
  test("an abort, and the reason waits for who reads later", async () => {
    await using peer = await startHanging(HALF);
    const abort = new AbortController();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { signal: abort.signal });
    abort.abort(reason);
    await peer.left;

    expect(await response.text().catch((error: unknown) => error)).toBe(reason);
  });

  test("an abort of a compressed body", async () => {
    const head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1000\r\n\r\n";
    await using peer = await startHttp((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": 1_000 });
      response.write(gzipSync(head));
    });
    const abort = new AbortController();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { signal: abort.signal });
    abort.abort(reason);

    expect(await response.text().catch((error: unknown) => error)).toBe(reason);
  });

  test("a total limit that runs out", async () => {
    await using peer = await startHanging(HALF);
    using fetch = localGuard();

    await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { totalMs: 400 } });

    await peer.left;
  });

  test("a server that breaks off", async () => {
    await using peer = await startScript(HALF, { close: true });
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);
    await fetch(`http://127.0.0.1:${peer.port}/`, { fresh: true });

    expect(response.bodyUsed).toBe(false);
  });

  test("the end of everything", async () => {
    await using peer = await startHanging(HALF);
    const fetch = localGuard();

    await fetch(`http://127.0.0.1:${peer.port}/`);
    fetch.close();

    await peer.left;
  });
});
