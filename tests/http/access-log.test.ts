import { expect, test } from "bun:test";
import { createLogger } from "#src/lib/log.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

const lines: string[] = [];
const app = await testApp(
  {},
  { log: createLogger({ level: "info", destination: { write: (line) => lines.push(line) } }) },
);
const { ada, stranger } = await makePeople(app);

type Line = { msg: string; requestId: string; method: string; route: string | null; status: number };

/** The line comes after the answer. */
async function lineOf(response: Response): Promise<Line> {
  const id = response.headers.get("x-request-id") ?? "none";
  for (let tries = 0; tries < 200; tries += 1) {
    const line = lines.find((one) => one.includes(id) && one.includes('"msg":"request"'));
    if (line) return JSON.parse(line);
    await Bun.sleep(5);
  }
  throw new Error(`No line has ${id}.`);
}

test.each([
  ["GET", "mcp-servers?q=hidden-query", "/api/v2/w/:workspace_uuid/mcp-servers/", 200],
  ["GET", "mcp-servers/4242/tools", "/api/v2/w/:workspace_uuid/mcp-servers/:server_id/tools", 404],
  [
    "POST",
    "mcp-servers/4242/tools/hidden-tool/call",
    "/api/v2/w/:workspace_uuid/mcp-servers/:server_id/tools/:name/call",
    404,
  ],
  ["POST", "/api/v2/invitations/hidden-token/accept", "/api/v2/invitations/:token/accept", 401],
  ["GET", "/hidden-path/hidden", null, 404],
  ["GET", "/api/v2/hidden-path", null, 404],
] as const)("%s %s is noted as its route", async (method, path, route, status) => {
  const response = await (path.includes("invitations") ? stranger : ada).send(path, { method });

  const line = await lineOf(response);
  expect(line).toMatchObject({
    method,
    route,
    status,
    requestId: response.headers.get("x-request-id") ?? "",
  });
  expect(JSON.stringify(line)).not.toMatch(/hidden|4242/);
  expect(JSON.stringify(line)).not.toContain(ada.workspaceId);
});

test("304 is noted as what it is", async () => {
  const { id } = await addServer(ada, { url: nowhere() });
  const etag = (await ada.get(`mcp-servers/${id}`)).headers.get("etag") ?? "";

  const response = await ada.send(`mcp-servers/${id}`, { headers: { "if-none-match": etag } });

  expect(await lineOf(response)).toMatchObject({ status: 304 });
});

test("of a refused proof nothing is noted", async () => {
  await stranger.get("/api/v2/me", {
    authorization: "Bearer sy_hiddenhiddenhidden",
    cookie: "sy_session=hidden",
  });

  expect(lines.filter((line) => line.includes("hidden"))).toEqual([]);
});
