import { invalid } from "#src/errors.ts";
import { cleanText, codePointLength, hasForbiddenCharacters, hasUnseenCharacters } from "#src/lib/text.ts";

const maxChars = 80;

/**
 * A name that a person gave to something: one line of 1 to 80 characters, with white space made one space. What cannot be
 * seen is refused rather than dropped: a name that is not what was sent would surprise, and two would look alike.
 *
 * @param path - the JSON Pointer of the field, for the error
 * @throws {AppError} `invalid`
 */
export function nameIn(text: string, path = "/name"): string {
  if (hasForbiddenCharacters(text)) throw invalid(path, "This holds characters that cannot be stored.");
  if (hasUnseenCharacters(text))
    throw invalid(
      path,
      "This holds a character that cannot be seen, such as a zero-width space or one that turns the direction of text. Take it out.",
    );
  const name = cleanText(text);
  if (name === "" || codePointLength(name) > maxChars)
    throw invalid(path, `A name has 1 to ${maxChars} characters.`);
  return name;
}
