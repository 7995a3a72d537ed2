/*
 * How values travel as text, the same with both drivers. The numbers are Postgres's own for its types
 * (`select oid from pg_type`).
 */

const INT8 = 20;
const BYTEA = 17;

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
