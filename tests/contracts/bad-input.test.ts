import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { dumpOf } from "#tests/support/dump.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { isApi, nameOf, pathOf, type Route, routesOf } from "#tests/support/routes.ts";
import { addReadyServer } from "#tests/support/servers.ts";

/*
 * Whatever the route: what cannot be meant is refused with the contract's status and code, nothing is stored or lost, and
 * nothing of it comes back.
 */

const app = await testApp();
const open = startLegacyMcpServer();
afterAll(() => open.stop());

const { ada } = await makePeople(app);
const { id } = await addReadyServer(ada, open.url);
await ada.post(`mcp-servers/${id}/credentials`);
const browser = await ada.signedIn();
const before = await dumpOf(app.deps);

const routes = routesOf(app.deps).filter(isApi);
const withIds = routes.filter(({ path }) => /:\w+_id/.test(path) && !path.endsWith("/icon"));
const changing = routes.filter(({ method }) => method !== "GET");

const pathFor = (route: Route, values: Record<string, string> = {}) =>
  pathOf(route, { workspace_uuid: ada.workspaceId, server_id: id, ...values });

const oddIds = [
  "1e3",
  "9007199254740993",
  "-1",
  "0x1",
  "01",
  "1.0",
  "0",
  "+1",
  " 1",
  "1 ",
  "٣",
  "1;",
  "null",
  "\0",
  "2147483648",
  "9".repeat(400),
];

const asks = (route: Route, init: RequestInit = {}, values: Record<string, string> = {}) =>
  browser.send(pathFor(route, values), { method: route.method, ...init });

const json = (body: BodyInit): RequestInit => ({ headers: { "content-type": "application/json" }, body });

async function errorOf(response: Response) {
  const text = await response.text();
  return { status: response.status, code: JSON.parse(text).detail.code as string, text };
}

test.each(withIds.map((route) => [nameOf(route), route] as const))(
  "%s: an odd id is nobody's",
  async (_, route) => {
    const names = [...route.path.matchAll(/:(\w+_id)/g)].map(([, name = ""]) => name);

    for (const name of names)
      for (const odd of oddIds) {
        const { status, code } = await errorOf(
          await asks(route, route.method === "GET" ? {} : json("{}"), { [name]: odd }),
        );
        expect([odd, status, code]).toEqual([odd, 404, "not_found"]);
      }
  },
);

test.each(["mcp-servers//tools", "mcp-servers/1/2/3", "mcp-servers/%"])("%s leads nowhere", async (path) => {
  expect(["404 not_found", "400 bad_request"]).toContain(
    await errorOf(await browser.send(path, {})).then(({ status, code }) => `${status} ${code}`),
  );
});

const canary = "canary-that-must-not-come-back";
const deep = `${"[".repeat(100)}1${"]".repeat(100)}`;
const megabyte = "x".repeat(1024 * 1024);

/** What no route takes as a body, with what it is refused as. */
const bad: [string, () => RequestInit, number, string][] = [
  ["what is no JSON", () => json(`{"a": ${canary}`), 400, "bad_request"],
  ["two JSON values", () => json(`{} {}`), 400, "bad_request"],
  ["a comment", () => json(`{} // ${canary}`), 400, "bad_request"],
  ["what is no UTF-8", () => json(new Uint8Array([0x22, 0xff, 0xfe, 0x22])), 400, "bad_request"],
  ["a form", () => ({ body: new URLSearchParams({ url: canary }) }), 415, "unsupported_media_type"],
  [
    "text",
    () => ({ headers: { "content-type": "text/plain" }, body: `{"url":"${canary}"}` }),
    415,
    "unsupported_media_type",
  ],
  [
    "no type",
    () => ({ headers: { "content-type": "" }, body: new TextEncoder().encode("{}") }),
    415,
    "unsupported_media_type",
  ],
  [
    "another charset",
    () => ({ headers: { "content-type": "application/jsonp" }, body: "{}" }),
    415,
    "unsupported_media_type",
  ],
  ["a NUL", () => json(`{"name":"${canary}\\u0000"}`), 422, "invalid"],
  ["a NUL in a field's name", () => json(`{"${canary}\\u0000":1}`), 422, "invalid"],
  ["half a character", () => json(`{"name":"${canary}\\ud800"}`), 422, "invalid"],
  ["deep nesting", () => json(`{"arguments":${deep}}`), 422, "invalid"],
  ["a megabyte and a bit", () => json(`{"name":"${megabyte}"}`), 413, "body_too_large"],
  ["a stream of a megabyte and a bit", () => json(streamOf(megabyte, "more")), 413, "body_too_large"],
];

function streamOf(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

test.each(changing.map((route) => [nameOf(route), route] as const))(
  "%s: a body that nobody takes is refused, and nothing of it comes back",
  async (_, route) => {
    for (const [what, init, status, code] of bad) {
      const error = await errorOf(await asks(route, init()));
      expect([what, error.status, error.code]).toEqual([what, status, code]);
      if (what !== "a NUL in a field's name") expect(error.text).not.toContain(canary);
      expect(error.text.length).toBeLessThan(1_000);
    }
  },
);

/** Routes whose body is described: the others do not look into what they did not ask for. */
const described = changing.filter(
  ({ method, path }) =>
    method === "PATCH" ||
    method === "PUT" ||
    (/\/(setup|session|w|invitations|api-keys|mcp-servers|oauth-discovery|credentials|call|get)$/.test(
      path,
    ) &&
      method === "POST"),
);

test.each(described.map((route) => [nameOf(route), route] as const))(
  "%s: unknown fields and other types are refused, and values never come back",
  async (_, route) => {
    const bodies = [
      { [`unknown_${"x".repeat(500_000)}`]: 1 },
      { unknown: canary },
      { unknown: { deep: [canary] }, secret: canary },
      [canary],
      canary,
      7,
      true,
    ];

    for (const body of bodies) {
      const error = await errorOf(await asks(route, json(JSON.stringify(body))));
      expect([error.status, error.code]).toEqual([422, "invalid"]);
      expect(error.text).not.toContain(canary);
      expect(error.text.length).toBeLessThan(10_000);
    }
  },
);

test("of all this nothing is stored, and nothing is lost", async () => {
  expect(await dumpOf(app.deps)).toEqual(before);
});
