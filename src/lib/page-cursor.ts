import { hasForbiddenCharacters } from "#src/lib/text.ts";

const MAX_CURSOR_CHARS = 1_024;
const MAX_VALUES = 8;

export type CursorValue = string | number | null;

/** Where a page ended: the sort values of its last row, as an opaque text for the next page's query. */
export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

/**
 * Null where the text is no cursor. A client can write its own, so values are well-formed and numbers are whole, but
 * their number, types and ranges are for the query's owner to check before they meet a column.
 */
export function decodeCursor(text: string): CursorValue[] | null {
  if (text.length > MAX_CURSOR_CHARS || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  let values: unknown;
  try {
    values = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "base64url")));
  } catch {
    return null;
  }
  return Array.isArray(values) && values.length <= MAX_VALUES && values.every(isCursorValue) ? values : null;
}

function isCursorValue(value: unknown): value is CursorValue {
  if (typeof value === "string") return !hasForbiddenCharacters(value);
  return value === null || Number.isSafeInteger(value);
}
