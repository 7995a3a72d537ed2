import { hasForbiddenCharacters } from "#src/lib/text.ts";

/** Deepest nesting we take from clients and servers; a scalar has depth 0, `[]` has 1. */
export const MAX_JSON_DEPTH = 64;
const MAX_POINTER_CHARS = 200;

/** `path` is a JSON Pointer (RFC 6901) to the first offender, or to what holds it where its own name offends. */
export type JsonOffence = { path: string; reason: "too_deep" | "forbidden_characters" };

/**
 * Looks through a parsed JSON value for what must not be passed on: nesting past the limit, NUL, lone surrogates. Parsing
 * itself is no danger: the engine's parser survives millions of brackets.
 *
 * @returns null where the value is fine
 */
export function checkJson(value: unknown, maxDepth: number = MAX_JSON_DEPTH): JsonOffence | null {
  const found = find(value, maxDepth);
  return found && { path: toPointer(found.trail.reverse()), reason: found.reason };
}

/** `trail` leads from the offender up to the root: it is written on the way back, and only where there is an offender. */
type Found = { reason: JsonOffence["reason"]; trail: (string | number)[] };

function find(value: unknown, depthLeft: number): Found | null {
  if (typeof value === "string")
    return hasForbiddenCharacters(value) ? { reason: "forbidden_characters", trail: [] } : null;
  if (typeof value !== "object" || value === null) return null;
  if (depthLeft === 0) return { reason: "too_deep", trail: [] };

  const members: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [name, member] of members) {
    if (typeof name === "string" && hasForbiddenCharacters(name))
      return { reason: "forbidden_characters", trail: [] };
    const found = find(member, depthLeft - 1);
    if (found) {
      found.trail.push(name);
      return found;
    }
  }
  return null;
}

/** Stops before names so long that the pointer would echo a document. */
function toPointer(names: (string | number)[]): string {
  let pointer = "";
  for (const name of names) {
    const longer = `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (longer.length > MAX_POINTER_CHARS) return pointer;
    pointer = longer;
  }
  return pointer;
}
