import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";

const at = (path: string, init: RequestInit = {}) => new Request(`http://127.0.0.1:3000${path}`, init);
const scraper = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test("alive and ready are told to anybody, by whatever name they ask", async () => {
  const app = await testApp();

  for (const path of ["/healthz", "/readyz"])
    for (const host of ["127.0.0.1:3000", "10.0.0.7:3000"]) {
      const response = await app.handle(new Request(`http://${host}${path}`));
      expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
});

test("alive, but not ready, while the database is away", async () => {
  const app = await testApp({}, { isReady: async () => false });

  const [alive, ready] = [await app.handle(at("/healthz")), await app.handle(at("/readyz"))];

  expect([alive.status, ready.status, await ready.json()]).toEqual([200, 503, { status: "unavailable" }]);
});

test("the document tells of them, and of whose token the metrics want", async () => {
  const app = await testApp();

  const { paths, components } = await (await app.handle(at("/api/openapi.json"))).json();

  expect(Object.keys(paths["/readyz"].get.responses)).toEqual(["200", "503"]);
  expect(Object.keys(paths["/metrics"].get.responses)).toEqual(["200", "404"]);
  expect(paths["/healthz"].get.security).toEqual([]);
  expect(paths["/metrics"].get.security).toEqual([{ metrics: [] }]);
  expect(components.securitySchemes.metrics).toMatchObject({ type: "http", scheme: "bearer" });
});

test("HEAD is answered like GET, without a body", async () => {
  const app = await testApp();

  const response = await app.handle(at("/healthz", { method: "HEAD" }));

  expect(response.status).toBe(200);
});

test("metrics are there for who has the token, and for nobody else", async () => {
  const open = await testApp({ METRICS_TOKEN: "for-the-scraper" });
  const closed = await testApp();

  const allowed = await open.handle(at("/metrics", scraper("for-the-scraper")));
  const refused = [
    await open.handle(at("/metrics")),
    await open.handle(at("/metrics", scraper("for-the-scraper!"))),
    await open.handle(at("/metrics", scraper(""))),
    await open.handle(at("/metrics", { headers: { authorization: "Basic for-the-scraper" } })),
    await closed.handle(at("/metrics", scraper("null"))),
    await closed.handle(at("/metrics", scraper(""))),
  ];

  expect([allowed.status, allowed.headers.get("content-type")]).toEqual([
    200,
    expect.stringContaining("text/plain"),
  ]);
  for (const response of refused)
    expect([response.status, ((await response.json()) as { detail: object }).detail]).toMatchObject([
      404,
      { code: "not_found" },
    ]);
});

test("requests are counted by route and never by path", async () => {
  const app = await testApp({ METRICS_TOKEN: "for-the-scraper" });
  const { ada } = await makePeople(app);
  await ada.get("mcp-servers/12345");
  await ada.get("mcp-servers?q=hidden-query");
  await ada.send("/nowhere/hidden-path", {});

  const scrape = async () => (await app.handle(at("/metrics", scraper("for-the-scraper")))).text();
  let text = await scrape();
  for (let tries = 0; !text.includes('route="unmatched"') && tries < 100; tries += 1) {
    await Bun.sleep(5);
    text = await scrape();
  }

  expect(text).toContain(
    'http_requests_total{route="/api/v2/w/:workspace_uuid/mcp-servers/:server_id",method="GET",status="404"} 1',
  );
  for (const hidden of ["12345", "hidden", ada.workspaceId]) expect(text).not.toContain(hidden);
});
