import { t } from "elysia";
import { AppError } from "#src/errors.ts";

/** A query value that cannot be meant; `name` is the parameter's. */
export const badQuery = (name: string, message: string): AppError =>
  new AppError("bad_request", `${name}: ${message}.`, {
    fields: { errors: [{ path: `/${name}`, message }] },
  });

/** Free text. No database can look for a NUL. */
export const QueryText = (options: { minLength?: number; maxLength: number; description: string }) =>
  t.String({ ...options, pattern: "^[^\\u0000]*$" });

/**
 * A yes or no, read by `flagIn`. Comes as text: a boolean schema would take nothing but lower case, and there are
 * languages that write `True`.
 */
export const Flag = (description: string) =>
  t.Optional(t.String({ description, documentedAs: { type: "boolean" } }));

/** @throws {AppError} `bad_request` */
export function flagIn<Name extends string>(query: { [_ in Name]?: string }, name: Name): boolean | null {
  const text = query[name]?.toLowerCase();
  if (text === undefined) return null;
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw badQuery(name, "Expected true or false");
}
