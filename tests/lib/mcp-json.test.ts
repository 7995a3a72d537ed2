import { describe, expect, test } from "bun:test";
import { readMcpJson } from "#src/lib/mcp-json.ts";

const secret = "sk-live-do-not-keep";

function serversIn(pasted: unknown) {
  const read = readMcpJson(typeof pasted === "string" ? pasted : JSON.stringify(pasted));
  if (!read.ok) throw new Error(read.message);
  return read.servers;
}

const linear = { url: "https://mcp.linear.app/mcp" };
const plain = {
  name: "linear",
  url: "https://mcp.linear.app/mcp",
  problem: null,
  header: null,
  notKept: [],
  hasSecretInUrl: false,
};

describe("servers are found in", () => {
  test.each([
    ["Claude's and Cursor's file", { mcpServers: { linear } }],
    ["VS Code's file", { inputs: [], servers: { linear: { type: "http", ...linear } } }],
    ["VS Code's settings", { "editor.tabSize": 2, mcp: { servers: { linear } } }],
    ["Zed's settings", { context_servers: { linear } }],
    ["Windsurf's file", { mcpServers: { linear: { serverUrl: linear.url } } }],
    ["entries alone", { linear }],
    ["an entry without braces around it", `"linear": { "url": "${linear.url}" }`],
    [
      "a file with comments",
      `{ // mine\n "mcpServers": { /* all */ "linear": { "url": "${linear.url}", }, } }`,
    ],
    [
      "an entry that only wraps a URL",
      { mcpServers: { linear: { command: "npx", args: ["-y", "mcp-remote@latest", linear.url] } } },
    ],
  ])("%s", (_, pasted) => {
    expect(serversIn(pasted)).toEqual([plain]);
  });

  test("a single entry, which has no name", () => {
    expect(serversIn(linear)).toEqual([{ ...plain, name: "" }]);
  });
});

describe("a secret", () => {
  const pasted = {
    mcpServers: {
      bearer: { ...linear, headers: { Authorization: `Bearer ${secret}`, "X-Team": secret } },
      own: { ...linear, headers: { "X-API-Key": secret } },
      proxied: {
        command: "npx",
        args: ["mcp-remote", linear.url, "--header", `Authorization: Token ${secret}`],
        env: { AUTH_TOKEN: secret },
      },
      local: { command: "/usr/bin/thing", args: ["--token", secret], env: { API_KEY: secret } },
    },
  };

  test("is read over, and only its name told", () => {
    expect(serversIn(pasted).map(({ name, header, notKept }) => ({ name, header, notKept }))).toEqual([
      {
        name: "bearer",
        header: { name: "Authorization", prefix: "Bearer " },
        notKept: ["Authorization", "X-Team"],
      },
      { name: "own", header: { name: "X-API-Key", prefix: "" }, notKept: ["X-API-Key"] },
      {
        name: "proxied",
        header: { name: "Authorization", prefix: "Token " },
        notKept: ["Authorization", "AUTH_TOKEN"],
      },
      { name: "local", header: null, notKept: ["API_KEY"] },
    ]);
  });

  test("stands nowhere in what comes out", () => {
    expect(JSON.stringify(readMcpJson(JSON.stringify(pasted)))).not.toContain(secret);
  });

  test("in a URL is told of", () => {
    const [server] = serversIn({ servers: { it: { url: `https://mcp.example.com/mcp?api_key=${secret}` } } });

    expect(server?.hasSecretInUrl).toBeTrue();
  });
});

test("a program on somebody's own computer cannot be added, and says so", () => {
  const [server] = serversIn({ mcpServers: { files: { command: "npx", args: ["-y", "some-server"] } } });

  expect(server).toMatchObject({ url: null, problem: expect.stringContaining("your own computer") });
});

test.each([
  ["no JSON", "hello"],
  ["a list", "[1, 2]"],
  ["no servers", `{ "name": "x" }`],
  ["an endless comment", "/*".repeat(50_000)],
  ["far too much", `{"a": "${"x".repeat(300_000)}"}`],
])("%s is refused without being repeated", (_, pasted) => {
  const read = readMcpJson(pasted);

  expect(read.ok).toBeFalse();
  expect(read.ok ? "" : read.message).not.toContain(pasted.slice(0, 40));
});

test("what looks like a comment within a text is text", () => {
  const [server] = serversIn(`{ "servers": { "a // b": { "url": "https://x.example/*/mcp,}" } } }`);

  expect(server).toMatchObject({ name: "a // b", url: "https://x.example/*/mcp,}" });
});
