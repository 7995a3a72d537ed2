import { AppError } from "#src/errors.ts";

export const maxBodyBytes = 1024 * 1024;
const maxBodySeconds = 10;

/**
 * Reads a JSON body, giving up at the first byte too many.
 *
 * @returns `null` where there is no body
 * @throws {AppError} `body_too_large`, `unsupported_media_type`, or `bad_request` for what is no JSON
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  if (!request.body) return null;

  const bytes = await readAtMost(request.body);
  if (bytes.byteLength === 0) return null;
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new AppError("unsupported_media_type", "Send the body as application/json.");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's message quotes the body, so it is not kept as the cause.
    throw new AppError("bad_request", "The body is not valid JSON.");
  }
}

async function readAtMost(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    void reader.cancel();
  }, maxBodySeconds * 1000);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw new AppError("bad_request", `The body did not arrive within ${maxBodySeconds} seconds.`);
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
