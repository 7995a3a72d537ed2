import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp();
const { ada, stranger } = await makePeople(app);

const allowed: [path: string, methods: string][] = [
  ["mcp-servers", "GET, HEAD, POST"],
  ["mcp-servers/", "GET, HEAD, POST"],
  ["mcp-servers/1", "GET, HEAD, PATCH, DELETE"],
  ["mcp-servers/oauth-discovery", "POST"],
  ["mcp-servers/1/tools", "GET, HEAD"],
  ["mcp-servers/1/enable", "POST"],
  ["/api/v2/session", "POST, DELETE"],
  ["/oauth/client-metadata/x.json", "GET, HEAD"],
];

test.each(allowed)("%s: another method is told which there are", async (path, methods) => {
  const answers = [
    await ada.send(path, { method: "PUT", headers: { "content-type": "application/json" }, body: "{}" }),
    await stranger.send(path, { method: "TRACE" }),
  ];

  for (const answer of answers) {
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, methods]);
    expect(await answer.json()).toMatchObject({ detail: { code: "method_not_allowed", allow: methods } });
  }
});

test.each(allowed)("%s: OPTIONS asks for that, and lets no other origin in", async (path, methods) => {
  const answer = await stranger.send(path, {
    method: "OPTIONS",
    headers: { origin: "https://elsewhere.example", "access-control-request-method": "POST" },
  });

  expect([answer.status, answer.headers.get("allow"), await answer.text()]).toEqual([204, methods, ""]);
  expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect(answer.headers.get("x-request-id")).toStartWith("req_");
});

test("a person who comes by another method is told on a page", async () => {
  const answer = await stranger.send("mcp-servers/1/oauth/authorize", {
    method: "POST",
    headers: { accept: "text/html" },
  });

  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(answer.headers.get("content-type")).toContain("text/html");
});

test.each(["/api/v2", "/api/v3/me", "mcp-servers//tools", "mcp-servers/1/tools/x"])(
  "at %s there is nothing, whatever the method",
  async (path) => {
    for (const method of ["GET", "PUT", "OPTIONS"])
      expect([method, (await ada.send(path, { method })).status]).toEqual([method, 404]);
  },
);

test("HEAD is answered like GET, without the body", async () => {
  const get = await ada.send("mcp-servers", {});

  const head = await ada.send("mcp-servers", { method: "HEAD" });

  expect([head.status, await head.text()]).toEqual([200, ""]);
  for (const name of ["etag", "x-total-count", "cache-control"])
    expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
});
