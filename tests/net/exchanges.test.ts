import { describe, expect, test } from "bun:test";
import type { IncomingMessage } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

import { errorOf, localGuard } from "#tests/net/support/guards.ts";
import { startHttp, startScript } from "#tests/net/support/peers.ts";

/** Answers with what it was asked. */
const echo = () =>
  startHttp(async (request, response) => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body: await bodyOf(request) }));
  });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

describe("what is sent", () => {
  test("is what fetch would send, with its path and query but no fragment", async () => {
    await using peer = await echo();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/a%20b/?q=%2F&r#part`, {
      method: "post",
      headers: { authorization: "Bearer abc", "content-type": "application/json" },
      body: '{"text":"ä"}',
    });

    expect(await response.json()).toMatchObject({
      method: "POST",
      url: "/a%20b/?q=%2F&r",
      headers: {
        authorization: "Bearer abc",
        "content-type": "application/json",
        "content-length": "13",
        host: `127.0.0.1:${peer.port}`,
        accept: "*/*",
        "accept-encoding": "gzip, br",
        "user-agent": "Switchyard",
      },
      body: '{"text":"ä"}',
    });
  });

  test("takes a URL, and every kind of body that fetch takes", async () => {
    await using peer = await echo();
    using fetch = localGuard();
    const url = new URL(`http://127.0.0.1:${peer.port}/`);
    const post = async (body: BodyInit) => (await fetch(url, { method: "POST", body })).json();

    expect(await post(new URLSearchParams({ code: "a b" }))).toMatchObject({
      body: "code=a+b",
      headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" },
    });
    expect(await post(new TextEncoder().encode("bytes"))).toMatchObject({ body: "bytes" });
    expect(await post(new Blob(["blob"], { type: "text/x-blob" }))).toMatchObject({
      body: "blob",
      headers: { "content-type": "text/x-blob" },
    });
    expect(await post(new Response("stream").body ?? "")).toMatchObject({
      body: "stream",
      headers: { "content-length": "6" },
    });
  });

  test("takes a Request, and what stands beside it wins", async () => {
    await using peer = await echo();
    using fetch = localGuard();
    const request = new Request(`http://127.0.0.1:${peer.port}/`, {
      method: "PUT",
      body: "one",
      headers: { "x-a": "1" },
    });

    const response = await fetch(request, { headers: { "x-a": "2" } });

    expect(await response.json()).toMatchObject({ method: "PUT", body: "one", headers: { "x-a": "2" } });
  });

  test("frames itself: headers of the connection are ours", async () => {
    await using peer = await echo();
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`, {
      method: "POST",
      body: "four",
      headers: {
        host: "other.example",
        "content-length": "1",
        "transfer-encoding": "chunked",
        te: "trailers",
      },
    });

    const asked = await response.json();
    expect(asked).toMatchObject({
      body: "four",
      headers: { host: `127.0.0.1:${peer.port}`, "content-length": "4" },
    });
    expect(asked.headers).not.toHaveProperty("transfer-encoding");
    expect(asked.headers).not.toHaveProperty("te");
  });

  test("has no header that cannot be one, and the complaint does not tell it", async () => {
    await using peer = await echo();
    using fetch = localGuard();

    const error = await errorOf(
      fetch(`http://127.0.0.1:${peer.port}/`, { headers: { authorization: "Bearer secret\r\nx-evil: 1" } }),
    );

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
    expect(`${error.message} ${String(error.cause)}`).not.toContain("secret");
    expect(peer.connections).toBe(0);
  });
});

describe("what comes back", () => {
  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["GZIP", gzipSync],
  ])("is unpacked where it is packed with %s", async (encoding, pack) => {
    const packed = pack("hello");
    await using peer = await startHttp((_request, response) =>
      response.writeHead(200, { "content-encoding": encoding, "content-length": packed.length }).end(packed),
    );
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(await response.text()).toBe("hello");
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(response.headers.has("content-length")).toBe(false);
  });

  test.each(["zstd", "gzip, gzip", "compress", "__proto__", "constructor"])(
    "is an error where it is packed with %p",
    async (encoding) => {
      await using peer = await startHttp((_request, response) =>
        response.writeHead(200, { "content-encoding": encoding }).end("packed"),
      );
      using fetch = localGuard();

      expect(await errorOf(fetch(`http://127.0.0.1:${peer.port}/`))).toMatchObject({
        kind: "failed",
        stage: "http",
      });
    },
  );

  test.each([
    ["is cut short", gzipSync("hello".repeat(1_000)).subarray(0, 30)],
    ["is not what it claims", Buffer.from("plain")],
  ])("is an error for its reader where the packed body %s", async (_what, body) => {
    await using peer = await startHttp((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(body),
    );
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(await errorOf(response.text())).toMatchObject({ kind: "failed", stage: "http" });
  });

  test.each([204, 304])("has no body where %p says so, and its connection serves again", async (status) => {
    await using peer = await startHttp((_request, response) => response.writeHead(status).end());
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);
    await new Promise(setImmediate);
    await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(response.status).toBe(status);
    expect(response.body).toBeNull();
    expect(peer.connections).toBe(1);
  });

  test("has no body for HEAD, nor for 205 whatever is sent with it", async () => {
    await using peer = await startHttp((request, response) =>
      response.writeHead(request.method === "HEAD" ? 200 : 205, { "content-length": 4 }).end("body"),
    );
    using fetch = localGuard();

    const head = await fetch(`http://127.0.0.1:${peer.port}/`, { method: "HEAD" });
    const reset = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect([head.body, reset.body]).toEqual([null, null]);
  });

  test("that has no body, and yet sends one without end, is left", async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    await using peer = await startHttp((_request, response) => {
      response.once("close", () => resolve());
      response.writeHead(205).flushHeaders();
    });
    using fetch = localGuard();

    await fetch(`http://127.0.0.1:${peer.port}/`);

    await left;
  });

  test("keeps every line of a header that was sent twice", async () => {
    await using peer = await startHttp((_request, response) =>
      response
        .writeHead(401, { "www-authenticate": ['Basic realm="a"', 'Bearer resource_metadata="b"'] })
        .end(),
    );
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(response.headers.get("www-authenticate")).toBe('Basic realm="a", Bearer resource_metadata="b"');
  });

  test("tells the standard's name of the status, not the server's", async () => {
    await using peer = await startScript("HTTP/1.1 503 <b>token abc</b>\r\ncontent-length: 0\r\n\r\n");
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(response.status).toBe(503);
    expect(response.statusText).toBe("Service Unavailable");
  });
});

describe("what is no HTTP ends in an error with its stage", () => {
  test.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.9\r\n\r\n"],
    ["HTTP/0.9", "<html>hello</html>"],
    ["nothing", ""],
    ["a status above all", "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n"],
    ["a status below all", "HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n"],
    ["an upgrade nobody asked for", "HTTP/1.1 101 Switch\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd"],
    ["a NUL in a header", "HTTP/1.1 200 OK\r\nx-a: a\0b\r\ncontent-length: 0\r\n\r\n"],
    ["a bare carriage return in a header", "HTTP/1.1 200 OK\r\nx-a: a\rx-b: c\r\ncontent-length: 0\r\n\r\n"],
  ])("%s", async (_what, text) => {
    await using peer = await startScript(text, { close: true });
    using fetch = localGuard();

    const error = await errorOf(fetch(`http://127.0.0.1:${peer.port}/`));

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
  });

  test.each([
    ["its length", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"],
    ["its last chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ])("a body that ends before %s", async (_what, text) => {
    await using peer = await startScript(text, { close: true });
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(await errorOf(response.text())).toMatchObject({ kind: "failed", stage: "http" });
  });

  test("and what a server sends after its answer is not taken for the next", async () => {
    const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
    await using peer = await startScript(answer("first") + answer("forged"));
    using fetch = localGuard();

    const first = await (await fetch(`http://127.0.0.1:${peer.port}/`)).text();
    const second = await (await fetch(`http://127.0.0.1:${peer.port}/`)).text();

    expect([first, second]).toEqual(["first", "first"]);
  });
});
