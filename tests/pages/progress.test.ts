import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { error, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";
import { startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { addReadyServer, addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp();
const { ada } = await makePeople(app);
const { cookie } = await ada.signedIn();
const ours = `/w/${ada.workspaceId}/servers`;
const server = startFakeMcpServer();
afterAll(server.stop);
const { id } = await addReadyServer(ada, server.url);

/** What a page's script says of itself, once it can take streams. */
const byScript = { accept: "text/html, text/event-stream", "hx-request": "true" };
const post = (path: string, fields: Record<string, string> = {}) =>
  browse(app, cookie).post(`${ours}${path}`, fields, byScript);

type Event = { event: string; data: string };

/** As a browser reads them (HTML Living Standard, "Server-sent events"). */
function eventsIn(text: string): Event[] {
  return text
    .split("\n\n")
    .filter((block) => block.trim() !== "" && !block.startsWith(":"))
    .map((block) => {
      const fields = block.split("\n").map((line) => /^(\w+): (.*)$/s.exec(line)?.slice(1) ?? []);
      const all = (wanted: string) => fields.filter(([name]) => name === wanted).map(([, value]) => value);
      return { event: all("event").join(""), data: all("data").join("\n") };
    });
}

test("a test tells of each stage, and then where its result is", async () => {
  const answer = await post(`/${id}/test`);

  expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
  const events = eventsIn(answer.html);
  expect(events.at(-1)).toEqual({ event: "onward", data: `${ours}/${id}#server-health` });
  const parts = events.slice(0, -1).map(({ data }) => data);
  expect(parts[0]).toContain("Looking up the name…");
  expect(parts.at(-1)).toContain("Shaking hands…");
  expect(parts.every((part) => part.includes('id="test-result"'))).toBeTrue();
});

test("without script a test is answered by its result alone", async () => {
  const { status, location } = await browse(app, cookie).post(`${ours}/${id}/test`);

  expect(status).toBe(303);
  expect(location).toBe(`${ours}/${id}#server-health`);
});

test("a look at a server that asks who one is tells of three steps, and ends with what was found", async () => {
  const authorizationServer = await startAuthorizationServer();
  const guarded = startProtectedMcpServer(authorizationServer);

  const { html } = await post("/look", { url: guarded.url });

  const parts = eventsIn(html).map(({ data }) => data);
  const steps = parts.slice(0, -1).map((part) => part.match(/<li>/g)?.length);
  expect(steps).toEqual([1, 2, 3]);
  expect(parts.at(-1)).toContain("What we found");
  await guarded.stop();
  await authorizationServer.stop();
});

test("a look that is refused ends with the form and what was typed", async () => {
  const { html } = await post("/look", { url: "ftp://files.example.com/" });

  const [last] = eventsIn(html).slice(-1);
  expect(last?.data).toContain('value="ftp://files.example.com/"');
  expect(last?.data).toContain('aria-invalid="true"');
});

test("what cannot be had is refused before anything is streamed, or told in the stream as its page", async () => {
  const absent = await post("/2147483647/test");
  expect(eventsIn(absent.html).at(-1)?.data).toContain("There is nothing here");

  const foreign = await browse(app, null).post(`${ours}/${id}/test`, {}, byScript);
  expect(foreign.status).toBe(401);
  expect(foreign.headers.get("hx-redirect")).toStartWith("/sign-in");
});

test("who closes the page during a test ends it, and nothing is noted", async () => {
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const silent = startFakeMcpServer({
    "server/discover": (message, request) => {
      request.signal.addEventListener("abort", () => left.resolve());
      asked.resolve();
      return asked.promise.then(() => left.promise).then(() => error(message, -32603, "Too late"));
    },
  });
  const added = await addServer(ada, { url: silent.url });
  const url = new URL(`${ours}/${added.id}/test`, app.deps.settings.publicUrl);
  const headers = { ...byScript, cookie, origin: url.origin };

  const response = await app.handle(new Request(url, { method: "POST", headers }));
  const reader = response.body?.getReader();
  await asked.promise;
  await reader?.cancel();

  await left.promise;
  const { body } = await ada.get<{ lastTest: unknown }>(`mcp-servers/${added.id}`);
  expect(body.lastTest).toBeNull();
  await silent.stop();
});

test("a test of what cannot be reached ends at its result as well", async () => {
  const added = await addServer(ada, { url: nowhere() });

  const { html } = await post(`/${added.id}/test`);

  expect(eventsIn(html).at(-1)?.event).toBe("onward");
});

test("what is imported is counted as it is added", async () => {
  const chosen = ["One", "Two"].map((name) => ({ name, url: nowhere(), header: null }));
  const body = new URLSearchParams(chosen.map((one) => ["server", JSON.stringify(one)]));
  const url = new URL(`${ours}/import/add`, app.deps.settings.publicUrl);
  const headers = { ...byScript, cookie, origin: url.origin };

  const response = await app.handle(new Request(url, { method: "POST", headers, body }));

  const parts = eventsIn(await response.text()).map(({ data }) => data);
  expect(parts[0]).toContain("1 of 2 done");
  expect(parts[1]).toContain("2 of 2 done");
  expect(parts.at(-1)).toContain("Two");
});
