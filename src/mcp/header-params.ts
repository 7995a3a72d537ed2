import { isJsonRecord, type Json, type JsonRecord } from "#src/mcp/json.ts";

/*
 * Servers of 2026-07-28 can ask that some arguments of a tool also travel as `Mcp-Param-*` headers, so that gateways can
 * route by them (SEP-2243): a property of the input schema then carries `x-mcp-header`.
 */

/** One argument that also travels as a header: where it stands in the arguments, and the header's own part of the name. */
export type HeaderParam = { path: readonly string[]; name: string };

const ANNOTATION = "x-mcp-header";
/** RFC 9110 §5.6.2 `token`. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES = new Set<Json | undefined>(["string", "integer", "boolean"]);
/** Keywords whose value is data and not a schema: an annotation in there is a coincidence. */
const DATA_KEYWORDS = new Set(["default", "const", "enum", "examples"]);

/** @returns null where an annotation breaks a rule: a client must leave such a tool out (SEP-2243) */
export function headerParams(inputSchema: Json | undefined): HeaderParam[] | null {
  const found: HeaderParam[] = [];
  return isJsonRecord(inputSchema) && !collect(inputSchema, [], found) ? null : found;
}

/** The headers for one call. Absent and null arguments have none, nor has what is no scalar. */
export function paramHeaders(params: readonly HeaderParam[], args: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { path, name } of params) {
    const value = path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), args);
    const text = scalarText(value);
    if (text !== null) headers[`Mcp-Param-${name}`] = encodeFieldValue(text);
  }
  return headers;
}

/** @returns whether everything in the schema keeps the rules */
function collect(schema: JsonRecord, path: readonly string[], found: HeaderParam[]): boolean {
  const name = schema[ANNOTATION];
  if (name !== undefined) {
    if (path.length === 0 || typeof name !== "string" || !TOKEN.test(name)) return false;
    if (!TYPES.has(schema["type"])) return false;
    if (found.some((other) => other.name.toLowerCase() === name.toLowerCase())) return false;
    found.push({ path, name });
  }

  return Object.entries(schema).every(([keyword, inner]) => {
    if (keyword !== "properties" || !isJsonRecord(inner))
      return DATA_KEYWORDS.has(keyword) || !isAnnotated(inner);
    return Object.entries(inner).every(
      ([key, child]) => !isJsonRecord(child) || collect(child, [...path, key], found),
    );
  });
}

/** Only a chain of `properties` leads to a place that every call has; an annotation anywhere else is a fault. */
function isAnnotated(value: Json): boolean {
  if (Array.isArray(value)) return value.some(isAnnotated);
  if (!isJsonRecord(value)) return false;
  if (ANNOTATION in value) return true;
  return Object.entries(value).some(([keyword, inner]) => !DATA_KEYWORDS.has(keyword) && isAnnotated(inner));
}

function scalarText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  return null;
}

/** Plain where that is a safe field value (RFC 9110 §5.5), else base64 of the UTF-8 between the marks of SEP-2243. */
function encodeFieldValue(text: string): string {
  const isPlain = /^[\x20-\x7e\t]+$/.test(text) && text === text.trim() && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
