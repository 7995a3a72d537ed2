import { isSchema, type Json, type Schema } from "#src/lib/json-schema-form/schema.ts";

/** What cannot be read as what is asked for, in words for whoever typed it. */
export class Unreadable extends Error {}

/** @throws {Unreadable} also for a number that would become another one */
export function parseJson(text: string): Json {
  let parsed: Json;
  try {
    parsed = JSON.parse(text, exactly) as Json;
  } catch (failure) {
    throw failure instanceof Unreadable ? failure : new Unreadable("This is not valid JSON.");
  }
  return parsed;
}

/** @throws {Unreadable} */
export function parseObject(text: string): Schema {
  const value = parseJson(text);
  if (!isSchema(value)) throw new Unreadable("Write an object, such as {}.");
  return value;
}

/** @throws {Unreadable} where the number that was read is not the one that was written */
export function requireExact(written: string, number: number): void {
  const isExact =
    Number.isFinite(number) && (!/^[+-]?\d+$/.test(written) || BigInt(written) === BigInt(number));
  if (!isExact) throw new Unreadable("A number is too large to be sent exactly.");
}

/** `source` is the text of a number as it was written (ECMAScript 2026, `JSON.parse` with source text access). */
function exactly(_: string, value: Json, context?: { source?: string }): Json {
  if (typeof value === "number") requireExact(context?.source ?? "", value);
  return value;
}
