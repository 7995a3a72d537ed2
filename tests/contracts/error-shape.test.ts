import { expect, test } from "bun:test";
import type { ErrorCode } from "#src/errors.ts";
import { statusOf } from "#src/http/errors.ts";
import { createLogger } from "#src/lib/log.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { isApi, nameOf, pathOf, routesOf } from "#tests/support/routes.ts";

const lines: string[] = [];
const app = await testApp(
  { RATE_LIMIT: "100000" },
  { log: createLogger({ level: "info", destination: { write: (line) => lines.push(line) } }) },
);
const routes = routesOf(app.deps).filter(isApi);
const { ada, stranger } = await makePeople(app);

type Detail = { code: ErrorCode; message: string; requestId: string };

/** Some ways to fail, before and after a route is found. */
const failures: [string, string, RequestInit, number, ErrorCode][] = [
  ["no such endpoint", "/api/v2/nothing-here", {}, 404, "not_found"],
  ["no such method", "/api/v2/me", { method: "PUT" }, 405, "method_not_allowed"],
  ["no such thing", ada.path("mcp-servers/1"), {}, 404, "not_found"],
  ["a bad query", ada.path("mcp-servers?limit=x"), {}, 400, "bad_request"],
  [
    "a bad body",
    ada.path("mcp-servers"),
    { method: "POST", body: "{", headers: { "content-type": "application/json" } },
    400,
    "bad_request",
  ],
  [
    "a body of another type",
    ada.path("mcp-servers"),
    { method: "POST", body: "{}", headers: { "content-type": "text/html" } },
    415,
    "unsupported_media_type",
  ],
  ["a body that does not fit", ada.path("mcp-servers"), { method: "POST" }, 422, "invalid"],
];

test.each(failures)(
  "%s has the one shape, as JSON and as a problem document",
  async (_, path, init, status, code) => {
    const plain = await ada.send(path, init);
    const asProblem = await ada.send(path, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init.headers)), accept: "application/problem+json" },
    });

    const { detail, ...others } = (await plain.json()) as { detail: Detail };
    const { code: _code, message, requestId, ...fields } = detail;
    expect([plain.status, detail.code, others]).toEqual([status, code, {}]);
    expect(plain.headers.get("content-type")).toBe("application/json;charset=utf-8");
    expect([message.length > 0, requestId]).toEqual([true, plain.headers.get("x-request-id") ?? "none"]);
    expect(asProblem.headers.get("content-type")).toBe("application/problem+json");
    expect(await asProblem.json()).toEqual({
      type: `urn:switchyard:error:${code}`,
      title: expect.any(String),
      status,
      detail: message,
      code,
      requestId: asProblem.headers.get("x-request-id"),
      ...fields,
    });
  },
);

test.each(routes.map((route) => [nameOf(route), route] as const))(
  "%s fails in that shape, and is not cached",
  async (_, route) => {
    const path = pathOf(route, { workspace_uuid: crypto.randomUUID(), provider: "nobody" });

    const response = await stranger.send(path, { method: route.method, redirect: "manual" });

    if (response.status < 400) return;
    const { detail } = (await response.json()) as { detail: Detail };
    expect(statusOf[detail.code]).toBe(response.status as never);
    expect(detail.requestId).toBe(response.headers.get("x-request-id") ?? "none");
    expect(response.headers.get("cache-control")).toBe("no-store");
  },
);

test("an answer, its error and its log line have the same id, and no client chooses it", async () => {
  const response = await ada.send("mcp-servers/7?limit=secret-query", {
    headers: { "x-request-id": "chosen-by-a-client" },
  });

  const { detail } = (await response.json()) as { detail: Detail };
  const id = response.headers.get("x-request-id") ?? "";
  const line = await lineWith(id);
  expect([detail.requestId, id]).toEqual([id, expect.stringMatching(/^req_[\w-]{16}$/)]);
  expect(JSON.parse(line)).toMatchObject({
    msg: "request",
    requestId: id,
    method: "GET",
    route: "/api/v2/w/:workspace_uuid/mcp-servers/:server_id",
    status: 404,
    durationMs: expect.any(Number),
  });
});

test("what breaks on our side says so, and nothing of how; the log knows", async () => {
  const broken = await testApp(
    {},
    {
      log: createLogger({ level: "info", destination: { write: (line) => lines.push(line) } }),
      db: new Proxy(app.deps.db, {
        get: (db, name) => {
          if (name === "select") throw new Error("the database password is hunter2");
          return Reflect.get(db, name);
        },
      }),
    },
  );

  const response = await broken.handle(
    new Request(new URL(ada.path("mcp-servers/7/access"), app.deps.settings.publicUrl), {
      headers: { authorization: `Bearer ${ada.key}` },
    }),
  );

  const { detail } = (await response.json()) as { detail: Detail };
  expect([response.status, detail]).toEqual([
    500,
    {
      code: "internal_error",
      message: expect.not.stringContaining("hunter2"),
      requestId: response.headers.get("x-request-id") ?? "none",
    },
  ]);
  expect(lines.find((line) => line.includes("hunter2"))).toContain(detail.requestId);
});

test("every code stands in the document, with its status and an example of it", async () => {
  const document = (await (await stranger.send("/api/openapi.json", {})).json()) as {
    components: { examples: Record<string, { value: { detail: Detail } }> };
  };

  const { examples } = document.components;
  expect(Object.keys(examples).sort()).toEqual(Object.keys(statusOf).sort());
  for (const [code, { value }] of Object.entries(examples)) expect(value.detail.code).toBe(code as ErrorCode);
});

/** The log line comes after the answer. */
async function lineWith(id: string): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const line = lines.find((one) => one.includes(id));
    if (line) return line;
    await Bun.sleep(5);
  }
  throw new Error(`No line has ${id}.`);
}
