import {
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  SseError,
  UnsupportedProtocolVersionError,
} from "@modelcontextprotocol/client";
import type { Stage } from "#src/errors.ts";
import { cleanText } from "#src/lib/text.ts";
import { isRecord, type Json, JsonCopier, TooDeep } from "#src/mcp/json.ts";
import { EgressError } from "#src/net/fetch.ts";

/**
 * What the caller can make of it:
 * `refused` the egress policy forbids the address · `busy` our own limit, try again · `unauthorized` the credential is
 * missing or bad · `insufficient_scope` it is good and not enough · `rpc` the server answered, with an error of its own ·
 * `cancelled` nobody waits for the answer any more · `timeout`, `too_large`, `failed` the server or the way to it.
 */
export type McpErrorKind =
  | "timeout"
  | "failed"
  | "unauthorized"
  | "insufficient_scope"
  | "refused"
  | "too_large"
  | "busy"
  | "cancelled"
  | "rpc";

export type McpStage = Exclude<Stage, "token">;

/** A JSON-RPC error object, fit to be passed on. */
export type RpcError = { code: number; message: string; data?: Json };

type Details = { status?: number; challenge?: readonly string[]; rpc?: RpcError; cause?: unknown };

/**
 * An exchange with a server that did not work. `message` is for a person and never holds a credential. For `rpc` it is the
 * server's own words, cut to one short, clean line; for everything else it is ours.
 */
export class McpError extends Error {
  override name = "McpError";
  readonly kind: McpErrorKind;
  readonly stage: McpStage;
  /** Of the HTTP answer, where there was one. */
  readonly status: number | undefined;
  /** The raw `WWW-Authenticate` values of a 401 or 403, controlled by the server. */
  readonly challenge: readonly string[];
  readonly rpc: RpcError | undefined;

  constructor(kind: McpErrorKind, stage: McpStage, message: string, details: Details = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.kind = kind;
    this.stage = stage;
    this.status = details.status;
    this.challenge = details.challenge ?? [];
    this.rpc = details.rpc;
  }
}

/** The server closed the stream of a request without answering it: a server of 2026-07-28 has then dropped the request. */
export class LostAnswer extends McpError {
  constructor(options: { cause?: unknown } = {}) {
    super("failed", "http", "The server closed the connection before it answered.", options);
  }
}

type Mask = (text: string) => string;

const MAX_CAUSES = 8;
const MAX_EXCERPT_CHARS = 300;
const UNKNOWN_VERSION = "The server speaks no protocol version that we know.";
/** What the SDK throws as a plain error: the beginning of its text, and ours. */
const TOLD_BY_TEXT = [
  ["Server's protocol version is not supported", UNKNOWN_VERSION],
  ["Endpoint origin does not match", "The server points to another origin."],
] as const;
const NO_MASK: Mask = (text) => text;

/**
 * The one place where what the SDK, the guarded fetch and the parsers throw becomes ours.
 *
 * @param stage - where it happened, for failures that do not know it themselves
 * @param mask - hides our credentials, should the server have echoed them
 */
export function toMcpError(error: unknown, stage: McpStage, mask: Mask = NO_MASK): McpError {
  let link = error;
  // The SDK wraps what a fetch throws, and the wrapper's own text says less than its cause.
  for (let depth = 0; depth < MAX_CAUSES && link !== undefined && link !== null; depth += 1) {
    const known = translate(link, stage, mask);
    if (known) return known;
    link = link instanceof Error ? link.cause : undefined;
  }
  return (
    fromSdkError(error, stage) ??
    new McpError("failed", stage, "What the server answered is not MCP.", { cause: error })
  );
}

/** For an HTTP status that is no success. A JSON-RPC error in the body says more than the status does. */
export function httpError(status: number, body: string | undefined, mask: Mask = NO_MASK): McpError {
  const rpc = rpcErrorIn(body, mask);
  if (!rpc) return new McpError("failed", "http", `The server answered with HTTP ${status}.`, { status });
  return new McpError("rpc", "http", rpc.message, { status, rpc });
}

/** For a JSON-RPC error object, which the server controls. */
export function rpcError(error: unknown, stage: McpStage, mask: Mask = NO_MASK): McpError {
  const rpc = readRpcError(error, mask);
  if (!rpc) return new McpError("failed", stage, "What the server answered is not MCP.");
  return new McpError("rpc", stage, rpc.message, { rpc });
}

function translate(error: unknown, stage: McpStage, mask: Mask): McpError | null {
  if (error instanceof McpError) return error;
  if (error instanceof EgressError)
    return new McpError(error.kind, error.stage, error.message, { cause: error });
  if (error instanceof UnsupportedProtocolVersionError) return failedHandshake(UNKNOWN_VERSION, error);
  if (error instanceof ProtocolError) return rpcError(error, stage, mask);
  if (error instanceof SdkHttpError) return httpError(error.status, textOf(error.data), mask);
  if (error instanceof SseError && error.code !== undefined && error.code !== 200)
    return httpError(error.code, undefined);
  if (error instanceof TooDeep)
    return new McpError("failed", stage, "The server's answer is nested too deeply.");
  if (error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError"))
    return timedOut(stage, error);
  const [, told] =
    TOLD_BY_TEXT.find(([text]) => error instanceof Error && error.message.startsWith(text)) ?? [];
  return told === undefined ? null : failedHandshake(told, error);
}

function failedHandshake(message: string, cause: unknown): McpError {
  return new McpError("failed", "handshake", message, { cause });
}

/** After the causes: these wrap others, and are the last word only where nothing below them is known. */
function fromSdkError(error: unknown, stage: McpStage): McpError | null {
  if (!(error instanceof SdkError)) return null;
  if (error.code === SdkErrorCode.RequestTimeout) return timedOut(stage, error);
  if (error.code === SdkErrorCode.ConnectionClosed) return new LostAnswer({ cause: error });
  return null;
}

function timedOut(stage: McpStage, cause: unknown): McpError {
  return new McpError("timeout", stage, "The server did not answer in time.", { cause });
}

function rpcErrorIn(body: string | undefined, mask: Mask): RpcError | null {
  try {
    const parsed: unknown = JSON.parse(body ?? "");
    return isRecord(parsed) ? readRpcError(parsed["error"], mask) : null;
  } catch {
    return null;
  }
}

function readRpcError(error: unknown, mask: Mask): RpcError | null {
  const { code, message, data } = isRecord(error) ? error : {};
  if (typeof code !== "number") return null;
  const said = typeof message === "string" ? excerpt(mask(message)) : "";
  return { code, message: said === "" ? `error ${code}` : said, ...copiedData(data, mask) };
}

function copiedData(data: unknown, mask: Mask): { data?: Json } {
  if (data === undefined) return {};
  try {
    return { data: new JsonCopier(mask).copy(data) };
  } catch {
    return {};
  }
}

function excerpt(text: string): string {
  const line = cleanText(text.slice(0, 4 * MAX_EXCERPT_CHARS));
  return line.length > MAX_EXCERPT_CHARS ? `${line.slice(0, MAX_EXCERPT_CHARS)}…`.toWellFormed() : line;
}

function textOf(data: unknown): string | undefined {
  const text = isRecord(data) ? data["text"] : undefined;
  return typeof text === "string" ? text : undefined;
}
