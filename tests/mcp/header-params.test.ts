import { describe, expect, test } from "bun:test";
import { headerParams, paramHeaders } from "#src/mcp/header-params.ts";
import type { Json } from "#src/mcp/json.ts";

const schema = (property: Json): Json => ({ type: "object", properties: { value: property } });

describe("a schema", () => {
  test("names the arguments that travel as headers, wherever `properties` lead", () => {
    const inner = { type: "object", properties: { shelf: { type: "integer", "x-mcp-header": "Shelf" } } };

    const params = headerParams({
      properties: { region: { type: "string", "x-mcp-header": "Region" }, place: inner },
    });

    expect(params).toEqual([
      { path: ["region"], name: "Region" },
      { path: ["place", "shelf"], name: "Shelf" },
    ]);
  });

  test("without annotations names none, and neither does what is no schema", () => {
    expect(headerParams(schema({ type: "string" }))).toEqual([]);
    expect(headerParams(undefined)).toEqual([]);
    expect(headerParams(true)).toEqual([]);
  });

  test("may have a property with the annotation's name, or data that looks like one", () => {
    const looksLike = { "x-mcp-header": "No" };

    expect(headerParams({ properties: { "x-mcp-header": { type: "string" } } })).toEqual([]);
    expect(headerParams(schema({ type: "object", default: looksLike, examples: [looksLike] }))).toEqual([]);
  });

  const broken: [string, Json][] = [
    ["an empty name", schema({ type: "string", "x-mcp-header": "" })],
    ["a name with a space", schema({ type: "string", "x-mcp-header": "My Region" })],
    ["a name with a colon", schema({ type: "string", "x-mcp-header": "A:B" })],
    ["a name with a line break", schema({ type: "string", "x-mcp-header": "A\r\nB" })],
    ["a name beyond ASCII", schema({ type: "string", "x-mcp-header": "Région" })],
    ["a name that is none", schema({ type: "string", "x-mcp-header": 7 })],
    ["a number", schema({ type: "number", "x-mcp-header": "N" })],
    ["an object", schema({ type: "object", "x-mcp-header": "O" })],
    ["no type", schema({ "x-mcp-header": "N" })],
    ["the root", { type: "string", "x-mcp-header": "Root" }],
    ["a list's items", schema({ type: "array", items: { type: "string", "x-mcp-header": "I" } })],
    ["a branch", schema({ anyOf: [{ type: "string", "x-mcp-header": "B" }] })],
    ["a definition", { $defs: { d: { type: "string", "x-mcp-header": "D" } } }],
    [
      "two that differ in case only",
      {
        properties: {
          a: { type: "string", "x-mcp-header": "My" },
          b: { type: "string", "x-mcp-header": "mY" },
        },
      },
    ],
  ];
  test.each(broken)("that annotates %s is refused", (_name, inputSchema) => {
    expect(headerParams(inputSchema)).toBeNull();
  });
});

describe("an argument", () => {
  const sent = (value: unknown) => paramHeaders([{ path: ["v"], name: "V" }], { v: value });

  const values: [unknown, string][] = [
    ["eu-west", "eu-west"],
    ["two words", "two words"],
    [42, "42"],
    [false, "false"],
    ["", "=?base64??="],
    [" padded ", "=?base64?IHBhZGRlZCA=?="],
    ["a\r\nX-Evil: 1", "=?base64?YQ0KWC1FdmlsOiAx?="],
    ["世界", "=?base64?5LiW55WM?="],
    ["=?base64?eA==?=", "=?base64?PT9iYXNlNjQ/ZUE9PT89?="],
  ];
  test.each(values)("%j travels as %j", (value, header) => {
    expect(sent(value)).toEqual({ "Mcp-Param-V": header });
  });

  test.each([[undefined], [null], [1.5], [2 ** 60], [{}], [["a"]]])(
    "%j travels in the body alone",
    (value) => {
      expect(sent(value)).toEqual({});
    },
  );

  test("is found where it stands, or not at all", () => {
    const params = [{ path: ["a", "b"], name: "B" }];

    expect(paramHeaders(params, { a: { b: "here" } })).toEqual({ "Mcp-Param-B": "here" });
    expect(paramHeaders(params, { a: null })).toEqual({});
    expect(paramHeaders(params, undefined)).toEqual({});
  });
});
