import { listTools } from "#src/mcp/catalog.ts";
import type { Result } from "#src/mcp/channel.ts";
import type { Connection } from "#src/mcp/connection.ts";
import { withDeadline } from "#src/mcp/deadline.ts";
import { McpError, toMcpError } from "#src/mcp/errors.ts";
import { paramHeaders } from "#src/mcp/header-params.ts";
import { isJsonRecord, type Json, type JsonRecord } from "#src/mcp/json.ts";

export type ToolResult = { content: Json[]; structuredContent?: Json; isError: boolean };

export type PromptResult = { description?: string; messages: Json[] };

export type ResourceResult = { contents: Json[] };

/**
 * The server wants to know more before it goes on (2026-07-28, multi round-trip requests): ask again for the same, with
 * the answers and the same state. Tools, prompts and resources may all answer so.
 */
export type InputRequired = { inputRequired: { inputRequests: JsonRecord; requestState?: string } };

export type Answers = { inputResponses?: Record<string, unknown>; requestState?: string };

type Named<T> = { name: string; arguments: Record<string, T> } & Answers;

const HEADER_MISMATCH = -32020;

/**
 * Calls a tool. A tool that ran and failed is a result with `isError`.
 *
 * Servers before 2026-07-28 ask back in the middle of a call (`elicitation/create`), for which nobody is there: we declare
 * no such capability, so they do without or fail the call themselves.
 *
 * @throws {McpError} `rpc` where the server refuses the call
 */
export function callTool(
  connection: Connection,
  tool: Named<unknown>,
  caller?: AbortSignal,
): Promise<ToolResult | InputRequired> {
  const work = async (signal: AbortSignal) => {
    const call = () => {
      const headers = paramHeaders(connection.headerParams.get(tool.name) ?? [], tool.arguments);
      return connection.request("tools/call", tool, { stage: "http", signal, headers });
    };
    const result = await call().catch(async (error: unknown) => {
      // Refused before it ran, because the tool's schema is not the one that we know, or we know none yet.
      if (!(error instanceof McpError) || error.rpc?.code !== HEADER_MISMATCH) throw error;
      await listTools(connection, caller);
      return call();
    });
    return questionIn(connection, result) ?? readToolResult(connection, result);
  };
  return withDeadline(connection.limits.callMs, work, caller);
}

/** @throws {McpError} `rpc` where the server refuses */
export async function getPrompt(
  connection: Connection,
  prompt: Named<string>,
  caller?: AbortSignal,
): Promise<PromptResult | InputRequired> {
  const result = await request(connection, { method: "prompts/get", params: prompt }, caller);
  const question = questionIn(connection, result);
  if (question) return question;
  const { description, messages } = copied(connection, result);
  return { messages: listOf(messages), ...(typeof description === "string" ? { description } : {}) };
}

/** @throws {McpError} `rpc` where the server refuses */
export async function readResource(
  connection: Connection,
  resource: { uri: string } & Answers,
  caller?: AbortSignal,
): Promise<ResourceResult | InputRequired> {
  const result = await request(connection, { method: "resources/read", params: resource }, caller);
  const question = questionIn(connection, result);
  if (question) return question;
  const { contents } = copied(connection, result);
  return { contents: listOf(contents) };
}

function request(
  connection: Connection,
  { method, params }: { method: string; params: Record<string, unknown> },
  caller: AbortSignal | undefined,
): Promise<Result> {
  const work = (signal: AbortSignal) => connection.request(method, params, { stage: "http", signal });
  return withDeadline(connection.limits.callMs, work, caller);
}

function readToolResult(connection: Connection, result: Result): ToolResult {
  const { content, structuredContent, isError } = copied(connection, result);
  // Some servers leave `content` out beside a structured result.
  const isStructuredAlone = content === undefined && structuredContent !== undefined;
  return {
    content: isStructuredAlone ? [] : listOf(content),
    ...(structuredContent === undefined ? {} : { structuredContent }),
    isError: isError === true,
  };
}

/** What the server asks back, or null where it answered. Before 2026-07-28 no result says which of the two it is. */
function questionIn(connection: Connection, result: Result): InputRequired | null {
  if (connection.era === "legacy" || result["resultType"] !== "input_required") return null;
  const { inputRequests, requestState } = copied(connection, result);
  return {
    inputRequired: {
      inputRequests: isJsonRecord(inputRequests) ? inputRequests : {},
      ...(typeof requestState === "string" ? { requestState } : {}),
    },
  };
}

function copied(connection: Connection, result: Result): JsonRecord {
  try {
    const copy = connection.copier().copy(result);
    return isJsonRecord(copy) ? copy : {};
  } catch (error) {
    throw toMcpError(error, "http");
  }
}

function listOf(said: Json | undefined): Json[] {
  if (Array.isArray(said)) return said;
  throw new McpError("failed", "http", "What the server answered is not MCP.");
}
