import { expect, test } from "bun:test";
import { clientSnippets, type SnippetSource } from "#src/lib/client-snippets.ts";

const source: SnippetSource = {
  name: "Linear (Ops)",
  url: "https://mcp.linear.app/mcp",
  transport: "streamable_http",
  header: null,
};

function snippetFor(id: string, given: Partial<SnippetSource> = {}) {
  const snippet = clientSnippets({ ...source, ...given }).find((one) => one.id === id);
  if (!snippet) throw new Error(`There is no ${id}.`);
  return snippet;
}

test("Claude Code gets one command", () => {
  expect(snippetFor("claude-code").text).toBe(
    "claude mcp add --transport http linear-ops 'https://mcp.linear.app/mcp'",
  );
});

test("a quote in a URL ends no quotes of the shell's", () => {
  const { text } = snippetFor("claude-code", { url: "https://x.example/?a='$(id)'" });

  expect(text).toEndWith(String.raw`'https://x.example/?a='\''$(id)'\'''`);
});

test("Cursor's link carries its entry", () => {
  const { link, text } = snippetFor("cursor");

  const config = new URL(link ?? "").searchParams.get("config") ?? "";
  expect(JSON.parse(atob(config))).toEqual({ url: source.url });
  expect(JSON.parse(text)).toEqual({ mcpServers: { "linear-ops": { url: source.url } } });
});

test("VS Code is told the transport, and asks for a key itself", () => {
  const { text, link } = snippetFor("vs-code", {
    transport: "sse",
    header: { name: "X-Key", prefix: "" },
  });

  expect(JSON.parse(text)).toEqual({
    servers: { "linear-ops": { type: "sse", url: source.url, headers: { "X-Key": "${input:key}" } } },
    inputs: [{ type: "promptString", id: "key", description: "Key for linear-ops", password: true }],
  });
  expect(JSON.parse(decodeURIComponent((link ?? "").replace("vscode:mcp/install?", "")))).toMatchObject({
    name: "linear-ops",
    type: "sse",
  });
});

test.each([
  ["Überblick für Ärzte", "uberblick-fur-arzte"],
  ["; rm -rf /", "rm-rf"],
  ["文書", "server"],
])("%s is called %s there", (name, handle) => {
  expect(snippetFor("claude-code", { name }).text).toContain(` ${handle} '`);
});
