/** How to add a server to some client. It holds a URL and names, and no secret: a key is asked for where it is used. */
export type ClientSnippet = {
  id: "claude-code" | "cursor" | "vs-code";
  client: string;
  /** Where the text goes. */
  where: string;
  text: string;
  /** Opens the client and asks there; null where it cannot be opened so. */
  link: string | null;
};

export type SnippetSource = {
  name: string;
  url: string;
  transport: "streamable_http" | "sse";
  /** For a server that takes a key: the header that carries it. */
  header: { name: string; prefix: string } | null;
};

export function clientSnippets(source: SnippetSource): ClientSnippet[] {
  return [claudeCode(source), cursor(source), vsCode(source)];
}

function claudeCode({ name, url, transport, header }: SnippetSource): ClientSnippet {
  const kind = transport === "sse" ? "sse" : "http";
  const key = header ? ` --header ${shellQuoted(`${header.name}: ${header.prefix}`)}"$KEY"` : "";
  return {
    id: "claude-code",
    client: "Claude Code",
    where: "In a terminal",
    text: `claude mcp add --transport ${kind} ${handleOf(name)} ${shellQuoted(url)}${key}`,
    link: null,
  };
}

function cursor({ name, url, header }: SnippetSource): ClientSnippet {
  const entry = { url, ...(header ? { headers: { [header.name]: `${header.prefix}\${env:KEY}` } } : {}) };
  const link = new URL("cursor://anysphere.cursor-deeplink/mcp/install");
  link.searchParams.set("name", handleOf(name));
  link.searchParams.set("config", Buffer.from(JSON.stringify(entry)).toString("base64"));
  return {
    id: "cursor",
    client: "Cursor",
    where: "In .cursor/mcp.json",
    text: pretty({ mcpServers: { [handleOf(name)]: entry } }),
    link: link.href,
  };
}

function vsCode({ name, url, transport, header }: SnippetSource): ClientSnippet {
  const handle = handleOf(name);
  const entry = {
    type: transport === "sse" ? "sse" : "http",
    url,
    ...(header ? { headers: { [header.name]: `${header.prefix}\${input:key}` } } : {}),
  };
  const inputs = header
    ? { inputs: [{ type: "promptString", id: "key", description: `Key for ${handle}`, password: true }] }
    : {};
  return {
    id: "vs-code",
    client: "VS Code",
    where: "In .vscode/mcp.json",
    text: pretty({ servers: { [handle]: entry }, ...inputs }),
    link: `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: handle, ...entry, ...inputs }))}`,
  };
}

/** A name that needs no quotes anywhere. */
function handleOf(name: string): string {
  const handle = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return handle.slice(0, 60) || "server";
}

/** For POSIX shells: nothing is special between single quotes but the quote itself. */
const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
