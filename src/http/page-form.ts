import { AppError } from "#src/errors.ts";
import { readBytes, requireType } from "#src/http/body.ts";
import { hasForbiddenCharacters } from "#src/lib/text.ts";

const maxFields = 1_000;

/** What somebody typed into a form. A field that was not sent reads as an empty text. */
export class SentForm {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams = new URLSearchParams()) {
    this.#fields = fields;
  }

  text(name: string): string {
    return this.#fields.get(name) ?? "";
  }

  /** What was chosen of several. */
  all(name: string): string[] {
    return this.#fields.getAll(name);
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }
}

/**
 * Reads a form's body, giving up at the first byte too many.
 *
 * @throws {AppError} `body_too_large`, `unsupported_media_type`, `bad_request`
 */
export async function readForm(request: Request): Promise<SentForm> {
  const bytes = await readBytes(request);
  if (!bytes) return new SentForm();
  requireType(request, "application/x-www-form-urlencoded");
  const fields = new URLSearchParams(new TextDecoder().decode(bytes));
  if (fields.size > maxFields) throw new AppError("bad_request", "This form has too many fields.");
  for (const [name, value] of fields)
    if (hasForbiddenCharacters(name) || hasForbiddenCharacters(value))
      throw new AppError("bad_request", "The form holds characters that cannot be stored.");
  return new SentForm(fields);
}

/** The form that came with a request, as its route is given it. */
export const formIn = (body: unknown): SentForm => (body instanceof SentForm ? body : new SentForm());
