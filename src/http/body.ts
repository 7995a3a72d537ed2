import { AppError, invalid } from "#src/errors.ts";
import { requestOf } from "#src/http/request.ts";
import { checkJson } from "#src/lib/json.ts";

export const maxBodyBytes = 1024 * 1024;
/** For the whole of it: whoever sends a byte now and then is cut off. */
const maxBodyMs = 10_000;

/**
 * Reads a JSON body, giving up at the first byte too many.
 *
 * @param patienceMs - how long all of it may take
 * @returns `null` where there is no body
 * @throws {AppError} `body_too_large`, `unsupported_media_type`, `bad_request` for what is no JSON,
 *   `invalid` for text that cannot be kept
 */
export async function readJsonBody(request: Request, patienceMs = maxBodyMs): Promise<unknown> {
  const bytes = await readBytes(request, patienceMs);
  if (!bytes) return null;
  requireType(request, "application/json");
  const body = parse(bytes);
  const offence = checkJson(body);
  if (offence?.reason === "too_deep") throw invalid(offence.path, "The body is nested too deeply.");
  if (offence) throw invalid(offence.path, "The body holds a NUL or half a character.");
  return body;
}

/**
 * The body as it was sent, or `null` where there is none. Where it is too large or too slow, the connection ends with
 * the answer.
 *
 * @throws {AppError} `body_too_large`, `bad_request` for one that does not arrive in time
 */
export async function readBytes(request: Request, patienceMs = maxBodyMs): Promise<Uint8Array | null> {
  try {
    if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
    const bytes = request.body && (await readAtMost(request.body, patienceMs));
    return bytes?.byteLength ? bytes : null;
  } catch (failure) {
    // Of what is still under way nothing is read: without this the sender could go on for ever.
    requestOf(request).headers["connection"] = "close";
    throw failure;
  }
}

/** @throws {AppError} `unsupported_media_type` */
export function requireType(request: Request, expected: string): void {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== expected) throw new AppError("unsupported_media_type", `Send the body as ${expected}.`);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's message quotes the body, so it is not kept as the cause.
    throw new AppError("bad_request", "The body is not valid JSON.");
  }
}

async function readAtMost(body: ReadableStream<Uint8Array>, patienceMs: number): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    void reader.cancel();
  }, patienceMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw new AppError("bad_request", "The body did not arrive in time.");
      if (done) return Buffer.concat(chunks);
      size += value.byteLength;
      if (size > maxBodyBytes) {
        void reader.cancel();
        throw tooLarge();
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(deadline);
  }
}

const tooLarge = () => new AppError("body_too_large", "The body is larger than 1 MiB.");
