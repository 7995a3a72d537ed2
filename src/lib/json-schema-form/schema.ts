/*
 * Reading a JSON Schema that somebody hostile may have written: nothing is fetched, nothing is compiled, and no regular
 * expression of it ever runs.
 */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Schema = { [name: string]: Json };

const maxHops = 16;

export const isSchema = (value: Json | undefined): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textIn = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

export const listIn = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/**
 * A schema with what it points to put in its place: `$ref` within the document, one-element `allOf`, and `null` among
 * several types, which only says that the value may be missing.
 *
 * @returns `isNullable` where null is a value of it
 */
export function resolve(root: Schema, given: Json | undefined): { schema: Schema; isNullable: boolean } {
  let schema: Schema = isSchema(given) ? given : {};
  let isNullable = false;
  for (let hop = 0; hop < maxHops; hop += 1) {
    const step = stepFrom(root, schema);
    if (!step) break;
    isNullable ||= step.isNullable;
    schema = step.schema;
  }
  return { schema, isNullable };
}

type Step = { schema: Schema; isNullable: boolean };

function stepFrom(root: Schema, schema: Schema): Step | null {
  const { $ref, allOf, ...rest } = schema;
  if (typeof $ref === "string") {
    const target = pointedAt(root, $ref);
    return { schema: { ...target, ...without(schema, "$ref") }, isNullable: false };
  }
  if (Array.isArray(allOf) && allOf.length === 1 && isSchema(allOf[0]))
    return { schema: { ...allOf[0], ...rest }, isNullable: false };
  return withoutNull(schema);
}

/** `type: ["string", "null"]`, or `anyOf` with a branch that is null alone. */
function withoutNull(schema: Schema): Step | null {
  const { type } = schema;
  if (Array.isArray(type) && type.includes("null") && type.length === 2)
    return { schema: { ...schema, type: type.find((one) => one !== "null") ?? "null" }, isNullable: true };

  for (const keyword of ["anyOf", "oneOf"] as const) {
    const branches = listIn(schema[keyword]);
    const others = branches.filter((branch) => !(isSchema(branch) && branch["type"] === "null"));
    const [only] = others;
    if (branches.length === 2 && others.length === 1 && isSchema(only))
      return { schema: { ...only, ...without(schema, keyword) }, isNullable: true };
  }
  return null;
}

const without = (schema: Schema, name: string): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== name));

/** A JSON Pointer within the same document (RFC 6901); anything else is not followed. */
function pointedAt(root: Schema, ref: string): Schema | null {
  if (!ref.startsWith("#/")) return null;
  let value: Json | undefined = root;
  for (const part of ref.slice(2).split("/").slice(0, maxHops)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    value = isSchema(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return isSchema(value) ? value : null;
}
