import { checkJson } from "#src/lib/json.ts";
import { EgressError, tooLarge } from "#src/net/errors.ts";

/** For metadata and token answers. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;

/**
 * A whole body, in memory.
 *
 * @throws {EgressError} `too_large`, and whatever broke while it was read
 */
export async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the body, and so ends the connection.
    if (bytes > maxBytes) throw tooLarge("an answer");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** For pages that a browser would show somehow: bytes that are no UTF-8 become U+FFFD. */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, maxBytes));
}

/**
 * A metadata or token document. Of a name that occurs twice the last value counts, as everywhere in JavaScript; nobody else
 * parses the same bytes.
 *
 * @throws {EgressError} `failed` for what is no JSON in UTF-8 (RFC 8259 §8.1), is nested more than 64 deep, holds NUL or half
 *   a character, or has a member that would become an object's prototype when copied
 */
export async function readJson(response: Response, maxBytes: number = MAX_DOCUMENT_BYTES): Promise<unknown> {
  const document = parse(await readBytes(response, maxBytes));
  if (checkJson(document) !== null || hasPrototypeMember(document))
    throw unusable("a document that is not safe to use");
  return document;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw unusable("something that is not JSON");
  }
}

function hasPrototypeMember(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeMember);
}

/** Without the parser's complaint, which quotes what it read. */
function unusable(what: string): EgressError {
  return new EgressError("failed", "http", `The server answered with ${what}.`);
}
