/*
 * How values travel as text, the same with both drivers. The numbers are Postgres's own for its types
 * (`select oid from pg_type`).
 */

const INT8 = 20;
const BYTEA = 17;
const TEXTS = 1009;

/** Counts and big serials are numbers; past 2^53 they stay exact, as bigint. */
export const int8 = {
  type: INT8,
  parse(text: string): number | bigint {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  },
  serialize: String,
};

/** A plain `Uint8Array`, where one driver gives a `Buffer`, and the other takes 50 ms to write half a megabyte. */
export const bytea = {
  type: BYTEA,
  parse: (text: string): Uint8Array => Uint8Array.fromHex(text.slice(2)),
  serialize: (bytes: Uint8Array): string => `\\x${bytes.toHex()}`,
};

/** `text[]` of one dimension. What is text already is taken as Postgres writes it. */
export const texts = {
  type: TEXTS,
  parse: (text: string): (string | null)[] =>
    [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,{}]+)/gs)].map(([, quoted, bare = "NULL"]) => {
      if (quoted !== undefined) return quoted.replace(/\\(.)/gs, "$1");
      return bare === "NULL" ? null : bare;
    }),
  serialize: (values: string | readonly (string | null)[]): string =>
    typeof values === "string" ? values : `{${values.map(itemOf).join()}}`,
};

const itemOf = (value: string | null): string =>
  value === null ? "NULL" : `"${value.replace(/["\\]/g, "\\$&")}"`;
