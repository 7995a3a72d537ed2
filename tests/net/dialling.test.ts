import { afterEach, describe, expect, spyOn, test } from "bun:test";
import http from "node:http";
import type { LookupFunction } from "node:net";

import { createGuardedFetch, type TraceEvent } from "#src/net/fetch.ts";
import { errorOf, guard, localGuard, LOOPBACK } from "#tests/net/support/guards.ts";
import { closedPort, startHttp } from "#tests/net/support/peers.ts";

const hello = () => startHttp((_request, response) => response.end("hello"));

describe("a name is judged by its addresses", () => {
  test("and dialled at exactly the one that was judged, under its own name", async () => {
    await using peer = await startHttp((request, response) => response.end(request.headers.host));
    using fetch = guard({
      exceptions: [{ cidr: "127.0.0.1/32", port: peer.port }],
      resolve: async () => [LOOPBACK],
    });

    const response = await fetch(`http://mcp.example:${peer.port}/`);

    expect(await response.text()).toBe(`mcp.example:${peer.port}`);
  });

  test.each([
    ["loopback", [LOOPBACK]],
    ["loopback over IPv6", ["::1"]],
    ["loopback mapped into IPv6", ["::ffff:127.0.0.1"]],
    ["a public address and then loopback", ["8.8.8.8", LOOPBACK]],
    ["loopback and then a public address", [LOOPBACK, "8.8.8.8"]],
    ["a public IPv4 and a private IPv6 address", ["8.8.8.8", "fd00::1"]],
    ["a cloud's metadata service", ["169.254.169.254"]],
    ["something that is no address", ["mcp.example"]],
    ["an address with a zone", ["fe80::1%lo"]],
    ["nothing", []],
  ])("and refused, undialled, where it leads to %s", async (_what, addresses) => {
    await using canary = await hello();
    using fetch = guard({ resolve: async () => addresses });

    const error = await errorOf(fetch(`http://mcp.example:${canary.port}/`));

    expect(error).toMatchObject({
      kind: "refused",
      stage: "dns",
      setting: `EGRESS_ALLOW=mcp.example:${canary.port}`,
    });
    expect(canary.connections).toBe(0);
  });

  test("and anew at every dial, so that a name which changes its mind finds nothing", async () => {
    await using canary = await hello();
    const answers = [[LOOPBACK], ["::1"], [LOOPBACK]];
    let asked = 0;
    using fetch = guard({
      exceptions: [{ cidr: "127.0.0.1/32", port: canary.port }],
      resolve: async () => answers[asked++] ?? [],
    });
    const url = `http://mcp.example:${canary.port}/`;

    expect((await fetch(url, { fresh: true })).status).toBe(200);
    expect(await errorOf(fetch(url, { fresh: true }))).toMatchObject({ kind: "refused" });

    expect(asked).toBe(2);
    expect(canary.connections).toBe(1);
  });

  test("by one look-up for one dial, so that there is no second answer between check and use", async () => {
    await using canary = await hello();
    let asked = 0;
    using fetch = guard({
      exceptions: [{ host: "mcp.example", port: canary.port }],
      resolve: async () => (asked++ === 0 ? [LOOPBACK] : ["169.254.169.254"]),
    });

    const response = await fetch(`http://mcp.example:${canary.port}/`);

    expect(await response.text()).toBe("hello");
    expect(asked).toBe(1);
  });
});

test("a runtime that dials another address than was judged gets no request through", async () => {
  let requests = 0;
  await using canary = await startHttp((_request, response) => {
    requests += 1;
    response.end();
  });
  const { request } = http;
  const lookup: LookupFunction = (_hostname, _options, callback) =>
    callback(null, [{ address: LOOPBACK, family: 4 }]);
  // The guard calls the form with options alone.
  const astray = ((options: http.RequestOptions) => request({ ...options, lookup })) as typeof http.request;
  using _ = spyOn(http, "request").mockImplementation(astray);
  using fetch = guard({ resolve: async () => ["8.8.8.8"] });

  const error = await errorOf(
    fetch(`http://mcp.example:${canary.port}/`, { method: "POST", body: "secret" }),
  );

  expect(error).toMatchObject({ kind: "refused" });
  expect(requests).toBe(0);
});

test("what does not exist and what is private are refused in the same words", async () => {
  using nowhere = guard({
    resolve: () => Promise.reject(Object.assign(new Error("queryA ENOTFOUND"), { code: "ENOTFOUND" })),
  });
  using inside = guard({ resolve: async () => ["10.0.0.1"] });

  const [one, other] = await Promise.all([
    errorOf(nowhere("https://mcp.example/")),
    errorOf(inside("https://mcp.example/")),
  ]);

  expect({ ...one, message: one.message }).toEqual({ ...other, message: other.message });
});

test("a resolver that gives up has taken too long", async () => {
  using fetch = guard({
    resolve: () => Promise.reject(Object.assign(new Error("queryA ETIMEOUT"), { code: "ETIMEOUT" })),
  });

  expect(await errorOf(fetch("https://mcp.example/"))).toMatchObject({ kind: "timeout", stage: "dns" });
});

test("a resolver in trouble is a failure, not a refusal", async () => {
  using fetch = guard({
    resolve: () =>
      Promise.reject(Object.assign(new Error("queryA ESERVFAIL inside.example"), { code: "ESERVFAIL" })),
  });

  const error = await errorOf(fetch("https://mcp.example/"));

  expect(error).toMatchObject({ kind: "failed", stage: "dns" });
  expect(error.message).toContain("ESERVFAIL");
  expect(error.message).not.toContain("inside.example");
});

test("the system's resolver is asked where none is given, and judged the same", async () => {
  await using canary = await hello();
  const open = createGuardedFetch({ allowLoopback: true, exceptions: [] });

  const response = await open(`http://localhost:${canary.port}/`);
  open.close();

  expect(await response.text()).toBe("hello");
});

test("where nobody listens, the connection has failed", async () => {
  const port = await closedPort();
  using fetch = localGuard();

  const error = await errorOf(
    fetch(`http://127.0.0.1:${port}/?token=secret`, { headers: { authorization: "secret" } }),
  );

  expect(error).toMatchObject({ kind: "failed", stage: "connect", setting: null });
  expect(error.message).toContain("ECONNREFUSED");
  expect(error.message).not.toContain("secret");
  expect(error.cause).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(TypeError);
});

describe("connections", () => {
  test("are used again for the next request to the same place", async () => {
    await using peer = await hello();
    using fetch = localGuard();

    for (let i = 0; i < 3; i += 1) await (await fetch(`http://127.0.0.1:${peer.port}/`)).text();

    expect(peer.connections).toBe(1);
  });

  test("are used again after a body that was not wanted", async () => {
    await using peer = await hello();
    using fetch = localGuard();

    for (let i = 0; i < 3; i += 1) await (await fetch(`http://127.0.0.1:${peer.port}/`)).body?.cancel();

    expect(peer.connections).toBe(1);
  });

  test("are new where fresh is asked for", async () => {
    await using peer = await hello();
    using fetch = localGuard();

    for (let i = 0; i < 3; i += 1)
      await (await fetch(`http://127.0.0.1:${peer.port}/`, { fresh: true })).text();

    expect(peer.connections).toBe(3);
  });

  test("are not limited in number, so that hanging servers hold up nobody else", async () => {
    const waiting: (() => void)[] = [];
    await using peer = await startHttp((_request, response) => {
      waiting.push(() => response.end("hello"));
      if (waiting.length === 300) for (const answer of waiting) answer();
    });
    using fetch = localGuard();

    const answers = await Promise.all(
      Array.from({ length: 300 }, async () => (await fetch(`http://127.0.0.1:${peer.port}/`)).text()),
    );

    expect(new Set(answers)).toEqual(new Set(["hello"]));
    expect(peer.connections).toBe(300);
  });

  test("end with close, and none begins after it", async () => {
    await using peer = await startHttp((_request, response) => response.write("half"));
    using fetch = localGuard();
    const begun = await fetch(`http://127.0.0.1:${peer.port}/`);

    fetch.close();

    expect(await errorOf(begun.text())).toMatchObject({ kind: "failed", stage: "http" });
    expect(await errorOf(fetch(`http://127.0.0.1:${peer.port}/`))).toMatchObject({ kind: "failed" });
    expect(peer.connections).toBe(1);
  });
});

describe("the trace", () => {
  const stages = (events: TraceEvent[]) => events.map(({ stage, ok }) => `${stage} ${ok ? "ok" : "failed"}`);

  test("tells each stage of a new connection, and only the exchange where one is used again", async () => {
    await using peer = await hello();
    using fetch = localGuard({ resolve: async () => [LOOPBACK] });
    const first: TraceEvent[] = [];
    const second: TraceEvent[] = [];

    await (await fetch(`http://mcp.example:${peer.port}/`, { trace: (event) => first.push(event) })).text();
    await (await fetch(`http://mcp.example:${peer.port}/`, { trace: (event) => second.push(event) })).text();

    expect(stages(first)).toEqual(["dns ok", "connect ok", "http ok"]);
    expect(stages(second)).toEqual(["http ok"]);
    expect(first.every(({ ms }) => ms >= 0 && ms < 5_000)).toBe(true);
  });

  test("tells the same stages for a host that is an address", async () => {
    await using peer = await hello();
    using fetch = localGuard();
    const events: TraceEvent[] = [];

    await fetch(`http://127.0.0.1:${peer.port}/`, { fresh: true, trace: (event) => events.push(event) });

    expect(stages(events)).toEqual(["dns ok", "connect ok", "http ok"]);
  });

  test("ends with the stage that failed", async () => {
    const port = await closedPort();
    using fetch = localGuard({ resolve: async () => ["10.0.0.1"] });
    const refused: TraceEvent[] = [];
    const failed: TraceEvent[] = [];

    await errorOf(fetch("http://mcp.example/", { trace: (event) => refused.push(event) }));
    await errorOf(fetch(`http://127.0.0.1:${port}/`, { trace: (event) => failed.push(event) }));

    expect(stages(refused)).toEqual(["dns failed"]);
    expect(stages(failed)).toEqual(["dns ok", "connect failed"]);
  });
});

describe("proxy variables", () => {
  const variables = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "NODE_USE_ENV_PROXY",
  ];
  const before = variables.map((name) => process.env[name]);
  afterEach(() => {
    for (const [i, name] of variables.entries()) {
      const value = before[i];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test("are ignored", async () => {
    await using peer = await hello();
    await using proxy = await startHttp((_request, response) => response.end("by proxy"));
    for (const name of variables) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    process.env["NODE_USE_ENV_PROXY"] = "1";
    using fetch = localGuard();

    const response = await fetch(`http://127.0.0.1:${peer.port}/`);

    expect(await response.text()).toBe("hello");
    expect(proxy.connections).toBe(0);
  });
});
