import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();
const { ada, bob } = await makePeople(app);
const { id } = await addServer(ada, { url: nowhere() });
const path = ada.path(`mcp-servers/${id}`);
const etag = (await ada.get(path)).headers.get("etag") ?? "";

test("reads carry a weak validator, and are kept by nobody else", async () => {
  const { headers } = await ada.get(path);

  expect(etag).toMatch(/^W\/"[a-z0-9]+"$/);
  expect([headers.get("etag"), headers.get("cache-control"), headers.get("vary")]).toEqual([
    etag,
    "private, no-cache",
    "Authorization, Cookie, Accept-Encoding",
  ]);
});

test.each([etag, `"x", ${etag}`, etag.replace("W/", ""), "*", ` ${etag} `])(
  "a client that has %s is not sent it again",
  async (known) => {
    const response = await ada.send(path, { headers: { "if-none-match": known } });

    expect([response.status, await response.text(), response.headers.get("etag")]).toEqual([304, "", etag]);
    expect(response.headers.get("x-request-id")).toStartWith("req_");
  },
);

test.each(['W/"other"', "", "W/", etag.slice(0, -2)])("a client that has %j is", async (known) => {
  const response = await ada.send(path, { headers: { "if-none-match": known } });

  expect(response.status).toBe(200);
});

test("another member's view is another answer", async () => {
  const mine = (await ada.get(path)).headers.get("etag");
  const theirs = (await bob.get(path)).headers.get("etag");

  expect(mine).not.toBe(theirs);
});

test("HEAD has the headers of GET and no body", async () => {
  const get = await ada.send(path, {});
  const head = await ada.send(path, { method: "HEAD" });
  const known = await ada.send(path, { method: "HEAD", headers: { "if-none-match": etag } });

  expect([head.status, await head.text(), head.headers.get("etag")]).toEqual([200, "", etag]);
  expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
  expect(Number(head.headers.get("content-length"))).toBe((await get.text()).length);
  expect(known.status).toBe(304);
});

test("changes and errors carry none", async () => {
  const changed = await ada.patch(path, { description: "x" });
  const missing = await ada.get("mcp-servers/999999");

  expect([changed.headers.get("etag"), missing.headers.get("etag")]).toEqual([null, null]);
  expect(missing.headers.get("cache-control")).toBe("no-store");
});

test("a trailing slash makes no difference", async () => {
  for (const one of [
    "mcp-servers",
    `mcp-servers/${id}`,
    `mcp-servers/${id}/members`,
    "members",
    "/api/v2/me",
  ]) {
    const [plain, slashed] = [await ada.get(one), await ada.get(`${one}/`)];
    expect([one, slashed.status, slashed.body]).toEqual([one, 200, plain.body]);
  }
});
