import type { Connection } from "#src/mcp/connection.ts";
import { withDeadline } from "#src/mcp/deadline.ts";
import { McpError, toMcpError } from "#src/mcp/errors.ts";
import { headerParams, type HeaderParam } from "#src/mcp/header-params.ts";
import { isJsonRecord, type Json, type JsonCopier, type JsonRecord } from "#src/mcp/json.ts";

/** Items as the server said them. `truncated`: there are more, and we stopped. */
export type Items = { items: JsonRecord[]; truncated: boolean };

type Pages = { connection: Connection; copier: JsonCopier; signal: AbortSignal };

const METHOD_NOT_FOUND = -32601;

/** @throws {McpError} where any page fails: an incomplete list is never passed off as the whole */
export async function listTools(connection: Connection, caller?: AbortSignal): Promise<Items> {
  if (!offers(connection, "tools")) return { items: [], truncated: false };
  const list = await walk(connection, caller, (pages) => collect(pages, "tools/list", "tools"));
  return connection.era === "modern" ? withHeaderParams(connection, list) : list;
}

/** @throws {McpError} as {@link listTools} */
export async function listPrompts(connection: Connection, caller?: AbortSignal): Promise<Items> {
  if (!offers(connection, "prompts")) return { items: [], truncated: false };
  return walk(connection, caller, (pages) => collect(pages, "prompts/list", "prompts"));
}

export type Resources = { resources: JsonRecord[]; resourceTemplates: JsonRecord[]; truncated: boolean };

/** @throws {McpError} as {@link listTools} */
export async function listResources(connection: Connection, caller?: AbortSignal): Promise<Resources> {
  if (!offers(connection, "resources")) return { resources: [], resourceTemplates: [], truncated: false };
  const [resources, templates] = await walk(connection, caller, (pages) =>
    Promise.all([
      collect(pages, "resources/list", "resources"),
      collect(pages, "resources/templates/list", "resourceTemplates").catch(noneIfUnknown),
    ]),
  );
  return {
    resources: resources.items,
    resourceTemplates: templates.items,
    truncated: resources.truncated || templates.truncated,
  };
}

/** All pages of what is asked for together share one deadline and one budget. */
function walk<T>(
  connection: Connection,
  caller: AbortSignal | undefined,
  work: (pages: Pages) => Promise<T>,
): Promise<T> {
  const copier = connection.copier();
  return withDeadline(connection.limits.callMs, (signal) => work({ connection, copier, signal }), caller);
}

async function collect(
  { connection, copier, signal }: Pages,
  method: string,
  member: string,
): Promise<Items> {
  const { listPages, listItems, listChars } = connection.limits;
  const items: JsonRecord[] = [];
  const cursors = new Set<string>();
  let cursor: string | null = null;

  for (let page = 1; ; page += 1) {
    const params: Record<string, unknown> | undefined = cursor === null ? undefined : { cursor };
    const result = await connection.request(method, params, { stage: "list", signal });
    for (const item of listIn(result[member])) {
      if (items.length === listItems || copier.chars > listChars) return { items, truncated: true };
      items.push(copyItem(item, copier));
    }
    // Some servers send an empty cursor, or null, after the last page.
    const next = result["nextCursor"];
    if (typeof next !== "string" || next === "") return { items, truncated: false };
    if (page === listPages || cursors.has(next)) return { items, truncated: true };
    cursors.add(next);
    cursor = next;
  }
}

function listIn(said: unknown): unknown[] {
  if (Array.isArray(said)) return said;
  throw new McpError("failed", "list", "The server answered with something that is no list.");
}

function copyItem(item: unknown, copier: JsonCopier): JsonRecord {
  const copied = copyOf(item, copier);
  if (isJsonRecord(copied)) return copied;
  throw new McpError(
    "failed",
    "list",
    "The server answered with a list of something else than was asked for.",
  );
}

function copyOf(item: unknown, copier: JsonCopier): Json {
  try {
    return copier.copy(item);
  } catch (error) {
    throw toMcpError(error, "list");
  }
}

function offers(connection: Connection, capability: string): boolean {
  return connection.capabilities[capability] !== undefined;
}

/** `resources` promises a list of resources; templates beside it are optional, and not every server knows the method. */
function noneIfUnknown(error: unknown): Items {
  if (error instanceof McpError && error.rpc?.code === METHOD_NOT_FOUND)
    return { items: [], truncated: false };
  throw error;
}

/** Notes what calls need to know, and leaves out the tools that a client must not offer (SEP-2243). */
function withHeaderParams(connection: Connection, { items, truncated }: Items): Items {
  const known = new Map<string, HeaderParam[]>();
  const offered = items.filter((tool) => {
    const params = headerParams(tool["inputSchema"]);
    if (params && params.length > 0 && typeof tool["name"] === "string") known.set(tool["name"], params);
    return params !== null;
  });
  connection.headerParams = known;
  return { items: offered, truncated };
}
