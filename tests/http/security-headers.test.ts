import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp({ METRICS_TOKEN: "for-the-scraper" });
const { ada } = await makePeople(app);
const server = await addServer(ada, { url: nowhere() });

const asked: [string, number, RequestInit?][] = [
  [ada.path("mcp-servers"), 200],
  [ada.path(`mcp-servers/${server.id}`), 200],
  [ada.path("mcp-servers/999999"), 404],
  [ada.path("mcp-servers"), 422, { method: "POST" }],
  [ada.path("mcp-servers?limit=x"), 400],
  ["/api/v2/me", 401, { headers: { authorization: "Bearer bad" } }],
  ["/api/v2/nothing", 404],
  ["/nothing", 404],
  ["/api/docs", 200],
  ["/api/docs/start.js", 200],
  ["/api/docs/swagger-ui.css", 200],
  ["/api/openapi.json", 200],
  ["/healthz", 200],
  ["/readyz", 200],
  ["/metrics", 404],
  ["/metrics", 200, { headers: { authorization: "Bearer for-the-scraper" } }],
  ["/sign-in", 303],
];

test.each(asked)("%s (%d) carries what every answer carries", async (path, status, init = {}) => {
  const response = await ada.send(path, init);

  const { headers } = response;
  expect(response.status).toBe(status);
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/);
  expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(headers.get("content-security-policy")).not.toMatch(/unsafe|\*|https?:/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("referrer-policy")).toBe("same-origin");
  expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(headers.get("x-request-id")).toMatch(/^req_[\w-]{16}$/);
  expect(headers.get("strict-transport-security")).toBeNull();
  expect(headers.get("cache-control")).toMatch(
    /^(private, no-cache|no-store|no-cache|public, max-age=86400)$/,
  );
});

test("a stranger's picture may be less, never more", async () => {
  const { pathname, search } = new URL(server.iconUrl);

  const { headers } = await ada.send(pathname + search, {});

  expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

test("on https the browser is told to stay there", async () => {
  const secure = await testApp({ PUBLIC_URL: "https://switchyard.example.com" });

  const { headers } = await secure.handle(new Request("https://switchyard.example.com/api/v2/me"));

  expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
});
