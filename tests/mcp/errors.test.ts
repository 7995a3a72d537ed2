import { describe, expect, test } from "bun:test";
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { httpError, LostAnswer, McpError, rpcError, toMcpError } from "#src/mcp/errors.ts";
import { EgressError } from "#src/net/fetch.ts";

const sdk = (code: SdkErrorCode, cause?: unknown) =>
  new SdkError(code, "text of the SDK", undefined, { cause });

describe("what others throw becomes ours", () => {
  const cases: [string, unknown, Partial<McpError>][] = [
    [
      "our own, as it is",
      new McpError("busy", "connect", "later"),
      { kind: "busy", stage: "connect", message: "later" },
    ],
    [
      "a refusal of the egress policy",
      new EgressError("refused", "dns", "not allowed"),
      { kind: "refused", stage: "dns" },
    ],
    [
      "a failed look-up that the SDK wrapped twice",
      sdk(
        SdkErrorCode.EraNegotiationFailed,
        new Error("probe", { cause: new EgressError("failed", "dns", "no such name") }),
      ),
      { kind: "failed", stage: "dns", message: "no such name" },
    ],
    ["the SDK's own timer", sdk(SdkErrorCode.RequestTimeout), { kind: "timeout", stage: "list" }],
    ["a signal's timer", new DOMException("x", "TimeoutError"), { kind: "timeout", stage: "list" }],
    ["a connection that ended", sdk(SdkErrorCode.ConnectionClosed), { kind: "failed", stage: "http" }],
    [
      "an HTTP status",
      new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, "x", {
        status: 503,
        statusText: "",
        text: "<html>",
      }),
      { kind: "failed", stage: "http", status: 503, message: "The server answered with HTTP 503." },
    ],
    ["a JSON-RPC error", new ProtocolError(-32601, "Method not found"), { kind: "rpc", stage: "list" }],
    ["broken JSON", new SyntaxError("Unexpected token s in secret"), { kind: "failed", stage: "list" }],
    ["nothing at all", undefined, { kind: "failed", stage: "list" }],
  ];

  test.each(cases)("%s", (_name, thrown, expected) => {
    expect(toMcpError(thrown, "list")).toMatchObject(expected);
  });

  test("and a cause that leads back to itself ends", () => {
    const circular = new Error("around");
    circular.cause = circular;

    expect(toMcpError(circular, "http")).toMatchObject({ kind: "failed" });
  });
});

test("the text of what broke stays in the cause", () => {
  const thrown = new SyntaxError("Unexpected token in sk-12345678");

  const error = toMcpError(thrown, "http");

  expect(error.message).toBe("What the server answered is not MCP.");
  expect(error.cause).toBe(thrown);
});

test("a JSON-RPC error in the body of an HTTP error says more than its status", () => {
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    error: { code: -32000, message: "Not initialized", data: [1] },
  });

  const error = httpError(400, body);

  expect(error).toMatchObject({
    kind: "rpc",
    status: 400,
    message: "Not initialized",
    rpc: { code: -32000, message: "Not initialized", data: [1] },
  });
});

test("of a server's words one short clean line is kept", () => {
  const message = `first\n\u001b[31msecond\u202e ${"x".repeat(1_000)}`;

  const error = rpcError({ code: 1, message }, "http");

  expect(error.message).toStartWith("first [31msecond x");
  expect(error.message).toHaveLength(301);
});

test("a server that says nothing is quoted with its code", () => {
  expect(rpcError({ code: -32000, message: "\u200b" }, "http").message).toBe("error -32000");
  expect(rpcError({ code: "odd" }, "http")).toMatchObject({ kind: "failed" });
});

test("data that is nested too deeply is left out", () => {
  const data: unknown = JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`);

  const error = rpcError({ code: 1, message: "m", data }, "http");

  expect(error.rpc).toEqual({ code: 1, message: "m" });
});

test("a lost answer is told from other failures", () => {
  expect(toMcpError(new LostAnswer(), "http")).toBeInstanceOf(LostAnswer);
});
