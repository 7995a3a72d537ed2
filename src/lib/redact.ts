import { Secret } from "#src/lib/secret.ts";

const MAX_DEPTH = 6;
const MAX_VALUES = 400;
const MAX_TEXT = 2_000;
const MARGIN = 100;
const MAX_STACK_LINES = 20;
const HIDDEN = "[secret]";

/** Names that hold secrets, without case, `_` and `-`; and every name that ends in one of the last four. */
const SECRET_NAME =
  /^(?:authorization|proxyauthorization|cookie|setcookie|key|code|codeverifier|clientassertion|passwordhash|mcpsessionid|body|databaseurl)$|(?:apikey|secret|password|token)$/;

/** Our own tokens and bearer headers, wherever in a text they stand. */
const SECRET_TEXT = /\bsyi?_[0-9A-Za-z]{16,}|\b(?:Bearer|Basic)\s+\S+/gi;

/** Drizzle appends every bound value to the message of a failed query. */
const QUERY_PARAMETERS = /\nparams: [\s\S]*$/;

/** What errors carry beside their message that helps and can hold no secret; all else of an error stays out. */
const ERROR_FACTS = ["code", "reason", "rule", "kind", "stage", "status", "errno", "syscall"];

/**
 * A copy that is fit for a log line: secrets hidden by type and by name, bytes by length, errors with their causes,
 * addresses without user and query, and everything bounded in depth, number and length. Never throws, whatever cycles
 * and getters it meets, and never reads a request's or a response's body.
 */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return copyEntries(Object.entries(fields), { depth: 0, budget: { left: MAX_VALUES } });
}

/** The same for a text, such as a log line's message. */
export function redactText(text: string): string {
  // Cut with a margin first, so that a token that straddles the bound is still seen as one.
  const hidden = text.slice(0, MAX_TEXT + MARGIN).replace(SECRET_TEXT, HIDDEN);
  return hidden.length > MAX_TEXT ? `${hidden.slice(0, MAX_TEXT)}…` : hidden;
}

type Place = { depth: number; budget: { left: number } };

function copy(value: unknown, place: Place): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  try {
    return copyObject(value, place);
  } catch {
    return "[unreadable]";
  }
}

function copyObject(value: object, place: Place): unknown {
  if (value instanceof Secret) return HIDDEN;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof URL) return redactText(`${value.protocol}//${value.host}${value.pathname}`);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Request || value instanceof Response) return `[${value.constructor.name}]`;
  if (place.depth >= MAX_DEPTH) return "[deeper]";

  const inner = { ...place, depth: place.depth + 1 };
  if (value instanceof Error) return copyError(value, inner);
  if (Array.isArray(value) || value instanceof Set) return copyItems(value, inner);
  if (value instanceof Headers || value instanceof Map) return copyEntries(value.entries(), inner);
  return copyEntries(Object.entries(value), inner);
}

function copyItems(items: Iterable<unknown>, place: Place): unknown[] {
  const copied: unknown[] = [];
  for (const item of items) {
    if (place.budget.left-- <= 0) return [...copied, "[more]"];
    copied.push(copy(item, place));
  }
  return copied;
}

function copyEntries(entries: Iterable<[unknown, unknown]>, place: Place): Record<string, unknown> {
  const copied: [string, unknown][] = [];
  for (const [key, value] of entries) {
    if (place.budget.left-- <= 0) break;
    const name = redactText(String(key));
    copied.push([name, isHidden(name, value) ? HIDDEN : copy(value, place)]);
  }
  return Object.fromEntries(copied);
}

/** Absence and yes-or-no are told even under a secret's name: `hasPassword: false` helps and gives nothing away. */
function isHidden(name: string, value: unknown): boolean {
  if (value === null || value === undefined || typeof value === "boolean") return false;
  return SECRET_NAME.test(name.toLowerCase().replaceAll(/[_-]/g, ""));
}

function copyError(error: Error, place: Place): Record<string, unknown> {
  const facts = ERROR_FACTS.flatMap((name) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === "string" || typeof value === "number"
      ? [[name, copy(value, place)] as const]
      : [];
  });
  return {
    name: error.name,
    message: redactText(error.message.replace(QUERY_PARAMETERS, "")),
    ...Object.fromEntries(facts),
    stack: frames(error.stack),
    ...(error.cause === undefined ? {} : { cause: copy(error.cause, place) }),
    ...(error instanceof AggregateError ? { errors: copy(error.errors, place) } : {}),
  };
}

/** Only the frames: the head of a stack repeats the message, unredacted. */
function frames(stack: string | undefined): string[] {
  const lines = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return lines.slice(0, MAX_STACK_LINES).map((line) => redactText(line.trim()));
}
