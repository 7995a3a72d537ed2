import type { ValidationError } from "elysia";
import type { FieldError } from "#src/errors.ts";

/**
 * What a request's schema found wrong, in plain words. The validator's own sentences are made for whoever wrote the
 * schema; ours say what is expected, and never what was sent.
 *
 * A schema with a pattern says in `expects` what the pattern means, as the end of "Expected …".
 */

/** A part of a TypeBox schema, as far as it is told. */
type Schema = {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  expects?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
};

type Fault = {
  type: number;
  path: string;
  value: unknown;
  schema: Schema;
  /** Of a union: what each of its variants has against the value. */
  errors?: Iterable<Fault>[];
};

/** TypeBox's number for it (`ObjectAdditionalProperties`); it tells this one by nothing else. */
const unknownField = 42;

const maxFaults = 20;
/** A field's name is the sender's own, and may be as long as a body. */
const maxPathChars = 200;

/** One for each path, by JSON Pointer (RFC 6901), and not more than a person would read. */
export function faultsOf(error: ValidationError): FieldError[] {
  const part = error.type === "body" ? "field" : "parameter";
  const { Errors } = error.validator as { Errors?(value: unknown): Iterable<Fault> };
  const faults = new Map<string, FieldError>();
  for (const fault of allClosest(Errors?.call(error.validator, error.value) ?? [])) {
    if (faults.size === maxFaults) break;
    const path = shortened(fault.path);
    if (!faults.has(path)) faults.set(path, { path, message: messageOf(fault, part) });
  }
  return [...faults.values()];
}

const shortened = (path: string): string =>
  path.length > maxPathChars ? `${path.slice(0, maxPathChars).toWellFormed()}…` : path;

function* allClosest(faults: Iterable<Fault>): Iterable<Fault> {
  for (const fault of faults) yield* closest(fault);
}

/** Of a union: what is wrong with the value as the variant that it comes nearest to, where it is near to one. */
function* closest(fault: Fault): Iterable<Fault> {
  const { schema, value, errors = [] } = fault;
  const near = (schema.anyOf ?? []).flatMap((variant, index) =>
    isOfKind(variant, value) ? [firstOf(allClosest(errors[index] ?? []))] : [],
  );
  const [nearest] = near.sort((a, b) => unknownIn(a) - unknownIn(b) || a.length - b.length);
  if (nearest && !choicesIn(schema)) yield* nearest;
  else yield fault;
}

/** Enough to choose by: an unknown field is a fault each, and there may be as many as a body holds. */
function firstOf(faults: Iterable<Fault>): Fault[] {
  const first: Fault[] = [];
  for (const fault of faults) if (first.push(fault) > maxFaults) break;
  return first;
}

const unknownIn = (faults: Fault[]): number => faults.filter(({ type }) => type === unknownField).length;

function messageOf({ type, path, value, schema }: Fault, part: "field" | "parameter"): string {
  if (type === unknownField) return `This ${part} is not known.`;
  if (value === undefined) return `This ${part} is missing.`;
  return `Expected ${isOfKind(schema, value) ? limitsOf(schema, value) : kindsOf(schema, path === "")}.`;
}

/** What is wrong with a value of the right kind. */
function limitsOf(schema: Schema, value: unknown): string {
  if (schema.expects) return schema.expects;
  const choices = choicesIn(schema);
  if (choices) return choices;
  if (typeof value === "string") return rangeOf([schema.minLength, schema.maxLength], "character");
  if (!Array.isArray(value)) return kindsOf(schema, false);
  const { minItems = 0, maxItems = Infinity } = schema;
  const isLong = value.length >= minItems && value.length <= maxItems;
  return isLong ? "each entry only once" : rangeOf([schema.minItems, schema.maxItems], "entry", "entries");
}

const kindNames: Record<string, string> = {
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};

/** What kinds of value may stand there; `isWhole` where that is the body itself. */
function kindsOf(schema: Schema, isWhole: boolean): string {
  const choices = choicesIn(schema);
  if (choices) return choices;
  const kinds = variantsOf(schema).map((variant) => kindOf(variant, isWhole));
  return [...new Set(kinds)].join(" or ");
}

function kindOf(schema: Schema, isWhole: boolean): string {
  if (isWhole && schema.type === "object") return "a JSON object";
  if (isWhole && schema.type === "null") return "no body";
  if (schema.expects) return schema.expects;
  if (schema.type !== "number") return kindNames[schema.type ?? ""] ?? "something else";
  const number = schema.multipleOf === 1 ? "a whole number" : "a number";
  const { minimum, maximum } = schema;
  return minimum === undefined || maximum === undefined ? number : `${number} from ${minimum} to ${maximum}`;
}

/** What may stand there, where that is a short list. */
function choicesIn(schema: Schema): string | null {
  const variants = variantsOf(schema).filter(({ type }) => type !== "null");
  const choices = variants.flatMap(({ const: one, enum: some }) => some ?? [one]);
  if (choices.length === 0 || choices.some((choice) => typeof choice !== "string")) return null;
  const isNullable = variants.length < variantsOf(schema).length;
  return `one of ${choices.join(", ")}${isNullable ? ", or null" : ""}`;
}

const variantsOf = (schema: Schema): Schema[] => schema.anyOf?.flatMap(variantsOf) ?? [schema];

/** Whether it is text where text is expected, a list where a list is, and so on. */
function isOfKind(schema: Schema, value: unknown): boolean {
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return variantsOf(schema).some(({ type }) => type === kind);
}

type Range = [min: number | undefined, max: number | undefined];

function rangeOf([min = 0, max = Infinity]: Range, one: string, several = `${one}s`): string {
  const named = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
  if (max === Infinity) return `at least ${named(min)}`;
  return min === 0 ? `at most ${named(max)}` : `${min.toLocaleString("en")} to ${named(max)}`;
}
