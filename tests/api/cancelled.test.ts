import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { type Answer, error, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { bearer, makePeople } from "#tests/support/people.ts";
import { addReadyServer } from "#tests/support/servers.ts";

const app = await testApp();
const { ada } = await makePeople(app);

/** Answers until it is told to be silent; then it tells when it is asked, and when whoever asked has gone. */
function startServer() {
  let isSilent = false;
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const unless =
    (answer: Answer): Answer =>
    (message, request) => {
      if (!isSilent) return answer(message, request);
      request.signal.addEventListener("abort", () => left.resolve());
      asked.resolve();
      return new Promise(() => {});
    };
  const server = startFakeMcpServer({
    "server/discover": unless((message) => error(message, -32601, "Method not found")),
    "tools/list": unless((message) => error(message, -32603, "Broken")),
    "tools/call": unless((message) => error(message, -32603, "Broken")),
    "prompts/get": unless((message) => error(message, -32603, "Broken")),
    "resources/read": unless((message) => error(message, -32603, "Broken")),
  });
  afterAll(server.stop);
  return { ...server, asked: asked.promise, left: left.promise, fallSilent: () => void (isSilent = true) };
}

/** Asks, and hangs up once the question has reached the server. */
async function askAndLeave(path: string, asked: Promise<void>, init: RequestInit = {}): Promise<Response> {
  const client = new AbortController();
  const url = new URL(ada.path(path), app.deps.settings.publicUrl);
  const headers = { ...bearer(ada.key), "content-type": "application/json" };
  const answer = app.handle(new Request(url, { ...init, headers, signal: client.signal }));
  await asked;
  client.abort();
  return answer;
}

const post = (body: unknown = {}): RequestInit => ({ method: "POST", body: JSON.stringify(body) });

test.each([
  ["a list of tools", "tools", {}],
  ["a call", "tools/wait/call", post({ arguments: {} })],
  ["a prompt", "prompts/wait/get", post({ arguments: {} })],
  ["a resource", "resources/read?uri=demo://wait", {}],
])("a client who hangs up during %s ends it at the server", async (_, path, init) => {
  const server = startServer();
  const { id } = await addReadyServer(ada, server.url, { name: `Hangs in ${path}`.slice(0, 80) });
  await ada.post(`mcp-servers/${id}/credentials`);
  server.fallSilent();

  const { status } = await askAndLeave(`mcp-servers/${id}/${path}`, server.asked, init);

  await server.left;
  expect(status).toBe(499);
});

test("a test that nobody waits for is no failure of the server", async () => {
  const server = startServer();
  const { id, name } = await addReadyServer(ada, server.url, { name: "Given up" });
  const before = await ada.get<{ lastTest: unknown }>(`mcp-servers/${id}`);
  server.fallSilent();

  const { status } = await askAndLeave(`mcp-servers/${id}/test`, server.asked, { method: "POST" });

  await server.left;
  expect(status).toBe(499);
  const after = await ada.get<{ lastTest: unknown }>(`mcp-servers/${id}`);
  expect(after.body).toMatchObject({ name, lastTest: before.body.lastTest });
});

test("a discovery that nobody waits for is given up", async () => {
  const server = startServer();
  server.fallSilent();

  const body = post({ url: server.url });
  const { status } = await askAndLeave("mcp-servers/oauth-discovery", server.asked, body);

  await server.left;
  expect(status).toBe(499);
});

test("a server that nobody waits for is not added", async () => {
  const server = startServer();
  server.fallSilent();

  const { status } = await askAndLeave("mcp-servers", server.asked, post({ url: server.url }));

  await server.left;
  expect(status).toBe(499);
  const { body } = await ada.get<{ url: string }[]>("mcp-servers");
  expect(body.map(({ url }) => url)).not.toContain(server.url);
});
