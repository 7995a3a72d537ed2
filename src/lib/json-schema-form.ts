/*
 * From a JSON Schema to the fields of a form, from what was typed to a value, and from a value back to what was typed.
 */

export { describe, type Described } from "#src/lib/json-schema-form/describe.ts";
export { type Choice, fieldsOf, type FormField, type Input } from "#src/lib/json-schema-form/fields.ts";
export { fillForm, skeletonOf } from "#src/lib/json-schema-form/fill.ts";
export { parseObject, Unreadable } from "#src/lib/json-schema-form/json.ts";
export { readDraft, type ReadForm, readForm, type Typed } from "#src/lib/json-schema-form/read.ts";
export { isSchema, type Json, type Schema } from "#src/lib/json-schema-form/schema.ts";
