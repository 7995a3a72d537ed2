import { expect, test } from "bun:test";
import { nameForUrl } from "#src/lib/server-names.ts";

test.each([
  ["https://mcp.linear.app/mcp", "Linear"],
  ["https://api.githubcopilot.com/mcp/", "Githubcopilot"],
  ["https://docs.mcp.cloudflare.com/sse", "Cloudflare"],
  ["https://mcp.com/", "Mcp"],
  ["http://127.0.0.1:3000/mcp", "127.0.0.1"],
  ["http://[::1]/mcp", "[::1]"],
  ["http://localhost:8080/mcp", "localhost"],
  ["no url at all", "no url at all"],
])("a server at %s is called %s", (url, name) => {
  expect(nameForUrl(url)).toBe(name);
});
