import { invalid } from "#src/errors.ts";
import { cleanText, codePointLength, hasForbiddenCharacters } from "#src/lib/text.ts";

const maxChars = 80;

/**
 * A name that a person gave to something: one clean line of 1 to 80 characters.
 *
 * @param path - the JSON Pointer of the field, for the error
 * @throws {AppError} `invalid`
 */
export function nameIn(text: string, path = "/name"): string {
  if (hasForbiddenCharacters(text)) throw invalid(path, "This holds characters that cannot be stored.");
  const name = cleanText(text);
  if (name === "" || codePointLength(name) > maxChars)
    throw invalid(path, `A name has 1 to ${maxChars} characters.`);
  return name;
}
