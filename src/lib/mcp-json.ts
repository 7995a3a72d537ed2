import { parseLooseJson } from "#src/lib/mcp-json/parse.ts";

/** A server as some client's configuration names it, without any secret of it. */
export type ImportedServer = {
  name: string;
  /** Null where there is none to add; `problem` says why. */
  url: string | null;
  problem: string | null;
  /** Where its key goes: the first header that looks like carrying one. `prefix` is what stands before the key. */
  header: { name: string; prefix: string } | null;
  /** Names, never values, of what was read over: headers, environment variables, parts of the URL. */
  notKept: string[];
  /** The URL itself holds what looks like a secret, and everybody who may use the server reads its URL. */
  hasSecretInUrl: boolean;
};

export type ReadMcpJson = { ok: true; servers: ImportedServer[] } | { ok: false; message: string };

const maxChars = 256 * 1024;
const maxServers = 100;
/** Under which clients keep their servers: Claude and Cursor, VS Code, Zed. */
const lists = ["mcpServers", "servers", "context_servers"];
const secretNames = /(^|[_-])(key|apikey|token|secret|password|auth|sig|signature)$/i;

type Entry = Record<string, unknown>;

/**
 * Reads what somebody pasted: the whole file of Claude, Cursor, VS Code or a client that writes alike, or the part of it
 * that names servers.
 */
export function readMcpJson(text: string): ReadMcpJson {
  if (text.length > maxChars) return refused("This is too long to be such a file.");
  const pasted = parse(text.trim());
  if (!pasted) return refused("This is not JSON that can be read. Paste the whole file, or one entry of it.");
  const found = serversIn(pasted);
  if (found.length === 0)
    return refused("There are no servers in it. Expected is an object with “mcpServers” or “servers”.");
  if (found.length > maxServers) return refused(`At most ${maxServers} servers can be added at once.`);
  return { ok: true, servers: found.map(([name, entry]) => importOf(name, entry)) };
}

const refused = (message: string): ReadMcpJson => ({ ok: false, message });

/** Also an entry that was copied without the braces around it. */
function parse(text: string): Entry | null {
  for (const candidate of [text, `{${text}}`]) {
    try {
      const value = parseLooseJson(candidate);
      if (isEntry(value)) return value;
    } catch {
      // Tried otherwise, or told by the caller, in words without what was pasted.
    }
  }
  return null;
}

function serversIn(pasted: Entry): [string, Entry][] {
  const holders = [pasted, pasted["mcp"]].filter(isEntry);
  for (const holder of holders)
    for (const list of lists) if (isEntry(holder[list])) return entriesOf(holder[list]);
  if (urlIn(pasted) !== null || typeof pasted["command"] === "string") return [["", pasted]];
  return entriesOf(pasted).filter(([, entry]) => urlIn(entry) !== null || "command" in entry);
}

const entriesOf = (list: Entry): [string, Entry][] =>
  Object.entries(list).filter((pair): pair is [string, Entry] => isEntry(pair[1]));

function importOf(name: string, entry: Entry): ImportedServer {
  const args = stringsIn(entry["args"]);
  const url = urlIn(entry) ?? proxiedUrl(entry, args);
  const headers = [...headersIn(entry), ...proxiedHeaders(args)];
  const environment = isEntry(entry["env"]) ? Object.keys(entry["env"]) : [];
  return {
    name,
    url,
    problem:
      url === null
        ? "It runs as a program on your own computer. Only servers with a URL can be added."
        : null,
    header: headers.map(headerOf).find((header) => header !== null) ?? null,
    notKept: [...headers.map(([header]) => header), ...environment],
    hasSecretInUrl: url !== null && hasSecret(url),
  };
}

function urlIn(entry: Entry): string | null {
  for (const field of ["url", "serverUrl", "httpUrl"])
    if (typeof entry[field] === "string") return entry[field].trim();
  return null;
}

/** `npx mcp-remote https://…` is a program only to give a client that knows no URLs one. */
function proxiedUrl(entry: Entry, args: string[]): string | null {
  const command = [typeof entry["command"] === "string" ? entry["command"] : "", ...args];
  if (!command.some((part) => /(^|\/)mcp-(remote|proxy)(@[\w.-]+)?$/.test(part))) return null;
  return args.find((arg) => /^https?:\/\//i.test(arg)) ?? null;
}

const proxiedHeaders = (args: string[]): [string, string][] =>
  args.flatMap((arg, index) => {
    const [, header, value] = args[index - 1] === "--header" ? (/^([^:\s]+):\s*(.*)$/s.exec(arg) ?? []) : [];
    return header === undefined ? [] : [[header, value ?? ""] as [string, string]];
  });

const headersIn = (entry: Entry): [string, string][] =>
  isEntry(entry["headers"])
    ? Object.entries(entry["headers"]).map(([header, value]) => [header, String(value)])
    : [];

/** Only what stands before the secret is read of a value, and only where it is one of the known words. */
function headerOf([name, value]: [string, string]): ImportedServer["header"] {
  if (!/^authorization$|key|token|secret|auth/i.test(name)) return null;
  const [, prefix = ""] = /^(Bearer|Token|ApiKey|Key|Basic) +\S/i.exec(value) ?? [];
  return { name, prefix: prefix === "" ? "" : `${prefix} ` };
}

function hasSecret(url: string): boolean {
  const parsed = URL.parse(url);
  if (!parsed) return false;
  return parsed.password !== "" || [...parsed.searchParams.keys()].some((name) => secretNames.test(name));
}

const stringsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);
