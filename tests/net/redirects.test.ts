import { describe, expect, test } from "bun:test";

import { errorOf, guard, localGuard, LOOPBACK } from "#tests/net/support/guards.ts";
import { type Peer, startHttp } from "#tests/net/support/peers.ts";

/** Answers every path with a redirect to where it says, and `/end` with "arrived". Tells what it was asked. */
async function startRedirecting(locations: Record<string, string>, status = 302) {
  const asked: string[] = [];
  const peer = await startHttp((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const location = locations[request.url ?? ""];
    if (location === undefined) response.end("arrived");
    else response.writeHead(status, { location }).end("elsewhere");
  });
  return Object.assign(peer, { asked });
}

const urlOf = (peer: Peer, path: string) => `http://127.0.0.1:${peer.port}${path}`;

describe("where redirects are not wanted", () => {
  test.each([301, 302, 303, 307, 308])(
    "a %p is an error, and nothing is sent a second time",
    async (status) => {
      await using peer = await startRedirecting({ "/a": "/end" }, status);
      using fetch = localGuard();

      const post = await errorOf(
        fetch(urlOf(peer, "/a"), { method: "POST", body: "{}", redirect: "follow" }),
      );
      const get = await errorOf(fetch(urlOf(peer, "/a"), { redirect: "manual" }));

      expect(post).toMatchObject({ kind: "failed", stage: "http" });
      expect(get).toMatchObject({ kind: "failed", stage: "http" });
      expect(peer.asked).toEqual(["POST /a", "GET /a"]);
    },
  );

  test("an answer of another kind that names a location is an answer", async () => {
    await using peer = await startRedirecting({ "/a": "/end" }, 201);
    using fetch = localGuard();

    const response = await fetch(urlOf(peer, "/a"));

    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe("/end");
  });
});

describe("within one origin", () => {
  test("three redirects are followed, relative or not", async () => {
    await using peer = await startRedirecting({});
    await using from = await startRedirecting({ "/a": "b?x=1", "/b?x=1": "/c" });
    using fetch = localGuard();

    const response = await fetch(urlOf(from, "/a"), { followRedirects: "same-host" });

    expect(await response.text()).toBe("arrived");
    expect(response.url).toBe(urlOf(from, "/c"));
    expect(from.asked).toEqual(["GET /a", "GET /b?x=1", "GET /c"]);
    expect(peer.connections).toBe(0);
  });

  test("the fourth is not followed", async () => {
    await using peer = await startRedirecting({ "/a": "/b", "/b": "/c", "/c": "/d", "/d": "/end" });
    using fetch = localGuard();

    const error = await errorOf(fetch(urlOf(peer, "/a"), { followRedirects: "same-host" }));

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
    expect(peer.asked).toEqual(["GET /a", "GET /b", "GET /c", "GET /d"]);
  });

  test("a circle ends", async () => {
    await using peer = await startRedirecting({ "/a": "/a" });
    using fetch = localGuard();

    await errorOf(fetch(urlOf(peer, "/a"), { followRedirects: "same-host" }));

    expect(peer.asked).toHaveLength(4);
  });

  test("a POST is not sent again", async () => {
    await using peer = await startRedirecting({ "/a": "/end" }, 307);
    using fetch = localGuard();

    await errorOf(fetch(urlOf(peer, "/a"), { method: "POST", body: "{}", followRedirects: "same-host" }));

    expect(peer.asked).toEqual(["POST /a"]);
  });

  test("every hop is judged anew, so a name that changes its mind on the way finds nothing", async () => {
    await using peer = await startHttp((_request, response) =>
      response.writeHead(302, { location: "/end", connection: "close" }).end(),
    );
    const answers = [[LOOPBACK], ["::1"]];
    using fetch = guard({
      exceptions: [{ cidr: "127.0.0.1/32", port: peer.port }],
      resolve: async () => answers.shift() ?? [],
    });

    const error = await errorOf(fetch(`http://mcp.example:${peer.port}/`, { followRedirects: "same-host" }));

    expect(error).toMatchObject({ kind: "refused" });
    expect(peer.connections).toBe(1);
  });
});

describe("a redirect elsewhere", () => {
  test.each([
    ["another port", (port: number) => `http://127.0.0.1:${port}/end`],
    ["another name", (port: number) => `http://mcp.example:${port}/end`],
    ["another scheme", (port: number) => `https://127.0.0.1:${port}/end`],
    ["a protocol-relative address", (port: number) => `//mcp.example:${port}/end`],
  ])("to %s is not followed, with or without credentials", async (_what, locationAt) => {
    await using canary = await startRedirecting({});
    await using peer = await startRedirecting({ "/a": locationAt(canary.port) });
    using fetch = localGuard({ resolve: async () => [LOOPBACK] });

    const headers = { authorization: "Bearer secret", "x-api-key": "secret" };
    const error = await errorOf(fetch(urlOf(peer, "/a"), { headers, followRedirects: "same-host" }));

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
    expect(canary.connections).toBe(0);
    expect(peer.asked).toEqual(["GET /a"]);
  });

  test.each([
    "http://169.254.169.254/latest/",
    "file:///etc/passwd",
    "data:text/plain,hello",
    "http://[",
    "javascript:0",
  ])("to %p is not followed", async (location) => {
    await using peer = await startRedirecting({ "/a": location });
    using fetch = localGuard();

    const error = await errorOf(fetch(urlOf(peer, "/a"), { followRedirects: "same-host" }));

    expect(error).toMatchObject({ kind: "failed", stage: "http" });
  });

  test("that adds a user name is refused", async () => {
    await using peer = await startHttp((request, response) =>
      response.writeHead(302, { location: `http://ada:secret@${request.headers.host}/end` }).end(),
    );
    using fetch = localGuard();

    const error = await errorOf(fetch(urlOf(peer, "/a"), { followRedirects: "same-host" }));

    expect(error).toMatchObject({ kind: "refused" });
  });
});
