import { t } from "elysia";

/** Free text. No database can look for a NUL. */
export const QueryText = (options: { minLength?: number; maxLength: number; description: string }) => {
  const { minLength = 0, maxLength } = options;
  const length = minLength === 0 ? `at most ${maxLength}` : `${minLength} to ${maxLength}`;
  return t.String({ ...options, pattern: "^[^\\u0000]*$", expects: `${length} characters, without a NUL` });
};

/**
 * A yes or no, read by `flagIn`. Comes as text: a boolean schema would take nothing but lower case, and there are
 * languages that write `True`.
 */
export const Flag = (description: string) =>
  t.Optional(
    t.String({
      pattern: "^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[01])$",
      expects: "true or false",
      description,
      documentedAs: { type: "boolean" },
    }),
  );

/** What a `Flag` says, null where it is absent. */
export function flagIn<Name extends string>(query: { [_ in Name]?: string }, name: Name): boolean | null {
  const text = query[name]?.toLowerCase();
  return text === undefined ? null : text === "true" || text === "1";
}
