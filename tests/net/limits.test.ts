import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";

import { errorOf, localGuard } from "#tests/net/support/guards.ts";
import { jammedPort } from "#tests/net/support/jammed.ts";
import { startDrip, startFlood, startHttp, startRaw, startScript } from "#tests/net/support/peers.ts";

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;

describe("time", () => {
  test("a look-up that does not end is cut off", async () => {
    using fetch = localGuard({ resolve: () => new Promise(() => {}) });

    const error = await errorOf(fetch("https://mcp.example/", { limits: { dnsMs: 20 } }));

    expect(error).toMatchObject({ kind: "timeout", stage: "dns" });
  });

  test("a connection that nobody accepts is cut off", async () => {
    await using jammed = await jammedPort();
    using fetch = localGuard();

    const error = await errorOf(fetch(`http://127.0.0.1:${jammed.port}/`, { limits: { connectMs: 50 } }));

    expect(error).toMatchObject({ kind: "timeout", stage: "connect" });
  });

  test("a handshake that does not end is cut off", async () => {
    await using peer = await startRaw(() => {});
    using fetch = localGuard();

    const error = await errorOf(fetch(`https://127.0.0.1:${peer.port}/`, { limits: { connectMs: 50 } }));

    expect(error).toMatchObject({ kind: "timeout", stage: "tls" });
  });

  test("an answer that never comes is cut off", async () => {
    await using peer = await startRaw(() => {});
    using fetch = localGuard();

    const error = await errorOf(fetch(`http://127.0.0.1:${peer.port}/`, { limits: { firstByteMs: 50 } }));

    expect(error).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("headers that drip are cut off", async () => {
    await using peer = await startDrip(OK, "x-drop: 1\r\n", 5);
    using fetch = localGuard();

    const error = await errorOf(fetch(`http://127.0.0.1:${peer.port}/`, { limits: { firstByteMs: 50 } }));

    expect(error).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("a body that drips is cut off by the total limit", async () => {
    await using peer = await startDrip(`${OK}content-length: 100000\r\n\r\n`, "x", 5);
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { totalMs: 400 } });

    expect(await errorOf(response.text())).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("a body that falls silent is cut off", async () => {
    await using peer = await startScript(`${OK}content-length: 100\r\n\r\nhalf`);
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { idleMs: 200 } });

    expect(await errorOf(response.text())).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("redirects share the total limit", async () => {
    await using peer = await startHttp((request, response) => {
      if (request.url === "/end") return;
      response.writeHead(302, { location: "/end" }).end();
    });
    using fetch = localGuard();

    const error = await errorOf(
      fetch(`http://127.0.0.1:${peer.port}/`, { followRedirects: "same-host", limits: { totalMs: 400 } }),
    );

    expect(error).toMatchObject({ kind: "timeout", stage: "http" });
  });

  test("a connection is closed when its request runs out of time", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using peer = await startRaw((socket) => socket.resume().once("close", () => resolve()));
    using fetch = localGuard();

    await errorOf(fetch(`http://127.0.0.1:${peer.port}/`, { limits: { firstByteMs: 20 } }));

    await promise;
  });
});

describe("size", () => {
  const limits = { maxBytes: 10_000 };

  test("a body up to the limit is read, one byte more is not", async () => {
    await using peer = await startHttp((request, response) => {
      response.write("x".repeat(9_999));
      response.end(request.url === "/fits" ? "x" : "xx");
    });
    using fetch = localGuard();

    const fits = await fetch(`http://127.0.0.1:${peer.port}/fits`, { limits });
    const exceeds = await fetch(`http://127.0.0.1:${peer.port}/exceeds`, { limits });

    expect((await fits.text()).length).toBe(10_000);
    expect(await errorOf(exceeds.text())).toMatchObject({ kind: "too_large", stage: "http" });
  });

  test("a body announced past the limit is not even begun", async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    await using peer = await startHttp((_request, response) => {
      response.once("close", () => resolve());
      response.writeHead(200, { "content-length": 10_001 }).write("x");
    });
    using fetch = localGuard();

    const error = await errorOf(fetch(`http://127.0.0.1:${peer.port}/`, { limits }));

    expect(error).toMatchObject({ kind: "too_large", stage: "http" });
    await left;
  });

  test("an endless body ends at the limit", async () => {
    await using peer = await startFlood(CHUNKED, `1000\r\n${"x".repeat(4_096)}\r\n`);
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(await errorOf(response.text())).toMatchObject({ kind: "too_large" });
  });

  test("a gzip bomb is stopped at the limit, long before it is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { promise: left, resolve } = Promise.withResolvers<void>();
    await using peer = await startHttp((_request, response) => {
      response.once("close", () => resolve());
      response.writeHead(200, { "content-encoding": "gzip" }).write(bomb);
    });
    using fetch = localGuard();
    let bytes = 0;

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, { limits: { maxBytes: 1024 * 1024 } });
    const reading = (async () => {
      for await (const chunk of response.body ?? []) bytes += chunk.length;
    })();

    expect(await errorOf(reading)).toMatchObject({ kind: "too_large" });
    expect(bytes).toBeLessThanOrEqual(1024 * 1024);
    await left;
  });

  test.each([
    ["many headers", `x-flood: ${"x".repeat(1_000)}\r\n`],
    ["one endless header", "x".repeat(10_000)],
  ])("%s end the request", async (_what, piece) => {
    await using peer = await startFlood(`${OK}x-flood: `, piece);
    using fetch = localGuard();

    const error = await errorOf(fetch(`http://127.0.0.1:${peer.port}/`));

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
  });

  test("endless informational answers end the request", async () => {
    await using peer = await startFlood("", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
    using fetch = localGuard();

    const error = await errorOf(fetch(`http://127.0.0.1:${peer.port}/`));

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
  });

  test("a body that nobody reads stays with the server", async () => {
    let sent = 0;
    await using endless = await startHttp((_request, response) => {
      const piece = Buffer.alloc(65_536);
      const pour = () => {
        for (let fits = true; fits && !response.destroyed; sent += piece.length) fits = response.write(piece);
      };
      response.on("drain", pour);
      pour();
    });
    await using other = await startHttp((_request, response) => response.end("hello"));
    using fetch = localGuard();
    const unlimited = { maxBytes: Number.POSITIVE_INFINITY };

    const response = await fetch(`http://127.0.0.1:${endless.port}/`, { limits: unlimited });
    const reader = response.body?.getReader();
    await reader?.read();
    for (let i = 0; i < 100; i += 1) await (await fetch(`http://127.0.0.1:${other.port}/`)).text();

    expect(sent).toBeLessThan(32 * 1024 * 1024);
    await reader?.cancel();
  });
});
