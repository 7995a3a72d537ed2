import { afterAll, expect, test } from "bun:test";
import { AppError } from "#src/errors.ts";
import { readJsonBody } from "#src/http/body.ts";
import { testApp } from "#tests/support/app.ts";
import { listen, speak } from "#tests/support/listening.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp();
const port = listen(app.deps);
const { ada } = await makePeople(app);

const head = (path: string, ...lines: string[]) =>
  [
    "POST " + path + " HTTP/1.1",
    "Host: 127.0.0.1:3000",
    "Content-Type: application/json",
    ...lines,
    "",
    "",
  ].join("\r\n");
const key = `Authorization: Bearer ${ada.key}`;
const servers = ada.path("mcp-servers");
const codeIn = (body: string): string => JSON.parse(body).detail.code;

test("a body that says it is too large is refused before it comes, and the connection ends", async () => {
  for (const size of [1024 * 1024 + 1, 20_000_000, 5_000_000_000]) {
    const { status, body, isClosed } = await speak(port, head(servers, key, `Content-Length: ${size}`));
    expect([status, codeIn(body), isClosed]).toEqual([413, "body_too_large", true]);
  }
});

test("a body that turns out to be too large is refused at that byte, and the connection ends", async () => {
  const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;

  const { status, body, isClosed } = await speak(
    port,
    head(servers, key, "Transfer-Encoding: chunked") + chunk.repeat(65),
  );

  expect([status, codeIn(body), isClosed]).toEqual([413, "body_too_large", true]);
});

test("a body of exactly 1 MiB is read", async () => {
  const frame = '{"url":""}';
  const text = frame.replace('""', `"${"x".repeat(1024 * 1024 - frame.length)}"`);

  const { status, code } = await ada
    .send(servers, { method: "POST", headers: { "content-type": "application/json" }, body: text })
    .then(async (response) => ({ status: response.status, code: codeIn(await response.text()) }));

  expect([text.length, status, code]).toEqual([1024 * 1024, 422, "invalid"]);
});

test("whoever is refused before their body is read cannot go on sending it", async () => {
  for (const [path, expected] of [
    [servers, 401],
    ["/nothing-here", 404],
  ] as const) {
    const { status, isClosed } = await speak(port, head(path, "Content-Length: 1000"), " ");
    expect([path, status, isClosed]).toEqual([path, expected, true]);
  }
});

test("a connection whose bodies come as they should stays open", async () => {
  const { status, isClosed } = await speak(port, head(servers, key, "Content-Length: 2") + "{}");

  expect([status, isClosed]).toEqual([422, false]);
});

test("whoever drips a body is cut off when their time is over", async () => {
  const patienceMs = 200;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const failure = await readJsonBody(request, patienceMs).catch((error: unknown) => error);
      const reason = failure instanceof AppError ? failure.reason : "none";
      return new Response(reason, { headers: { connection: "close" } });
    },
  });
  afterAll(() => server.stop(true));
  const began = performance.now();

  const { body, isClosed } = await speak(server.port ?? 0, head("/", "Content-Length: 1000") + "{", " ");

  expect([body, isClosed]).toEqual(["bad_request", true]);
  expect(performance.now() - began).toBeGreaterThan(patienceMs - 20);
});

test.each([
  ["application/json", 422],
  ["application/json; charset=utf-8", 422],
  ["APPLICATION/JSON", 422],
  ["application/json, text/plain", 415],
  ["application/merge-patch+json", 415],
  ["text/json", 415],
  ["multipart/form-data; boundary=x", 415],
])("a body of type %s: %d", async (type, status) => {
  const response = await ada.send(servers, { method: "POST", headers: { "content-type": type }, body: "{}" });

  expect(response.status).toBe(status);
});

test("no body is no body, whatever type it is said to be of", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded"])
    expect(
      (
        await ada.send(ada.path("mcp-servers/999999/test"), {
          method: "POST",
          headers: { "content-type": type },
          body: "",
        })
      ).status,
    ).toBe(404);
});

test("a name that reaches a prototype stays a name", async () => {
  const response = await ada.send(servers, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"url":"https://mcp.example.com/","__proto__":{"polluted":true},"discover":false}',
  });

  expect(response.status).toBe(422);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
