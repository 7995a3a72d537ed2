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
  return check(value, "", maxDepth);
}

function check(value: unknown, path: string, depthLeft: number): JsonOffence | null {
  if (typeof value === "string")
    return hasForbiddenCharacters(value) ? { path, reason: "forbidden_characters" } : null;
  if (typeof value !== "object" || value === null) return null;
  if (depthLeft === 0) return { path, reason: "too_deep" };

  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const offence = check(item, `${path}/${index}`, depthLeft - 1);
      if (offence) return offence;
    }
    return null;
  }
  for (const [name, member] of Object.entries(value)) {
    if (hasForbiddenCharacters(name)) return { path, reason: "forbidden_characters" };
    const offence = check(member, pointerTo(path, name), depthLeft - 1);
    if (offence) return offence;
  }
  return null;
}

/** Stops growing where names are so long that the pointer would echo a document. */
function pointerTo(path: string, name: string): string {
  const longer = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return longer.length > MAX_POINTER_CHARS ? path : longer;
}
