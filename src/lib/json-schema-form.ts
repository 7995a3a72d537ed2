/*
 * From a JSON Schema to the fields of a form, and from what was typed back to a value.
 */

export { describe, type Described } from "#src/lib/json-schema-form/describe.ts";
export { type Choice, fieldsOf, type FormField, type Input } from "#src/lib/json-schema-form/fields.ts";
export { type ReadForm, readForm, type Typed } from "#src/lib/json-schema-form/read.ts";
export { isSchema, type Json, type Schema } from "#src/lib/json-schema-form/schema.ts";
