import { crc32, deflateSync } from "node:zlib";

/*
 * Pictures made here rather than kept as files: each says what is particular about it, and the still ones are real
 * (the JPEG and the WebP come from an encoder).
 */

/** Text is taken byte for byte: `\xFF` is one. */
export const join = (...parts: (string | Uint8Array)[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part))),
  );

const uint32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const little = (value: number, length: 2 | 3 | 4): Uint8Array => {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(value >>> 0, 0, length);
  return bytes;
};

export function pngChunk(name: string, content: string | Uint8Array): Uint8Array {
  const body = join(name, content);
  return join(uint32(body.length - 4), body, uint32(crc32(body)));
}

/** A grey square (or whatever sides are claimed), with further chunks before the pixels. */
export function png({ width = 16, height = 16, shade = 128, chunks = [] as Uint8Array[] } = {}): Uint8Array {
  const row = join("\0", new Uint8Array(Math.min(width, 2048)).fill(shade));
  const rows = Array.from({ length: Math.min(height, 2048) }, () => row);
  return join(
    "\x89PNG\r\n\x1A\n",
    pngChunk("IHDR", join(uint32(width), uint32(height), "\x08\0\0\0\0")),
    ...chunks,
    pngChunk("IDAT", deflateSync(join(...rows))),
    pngChunk("IEND", ""),
  );
}

export const animatedPng = (): Uint8Array => png({ chunks: [pngChunk("acTL", join(uint32(2), uint32(0)))] });

export const jpeg = (): Promise<Uint8Array> => new Bun.Image(png()).jpeg().bytes();
export const progressiveJpeg = (): Promise<Uint8Array> =>
  new Bun.Image(png()).jpeg({ progressive: true }).bytes();
export const webp = (): Promise<Uint8Array> => new Bun.Image(png()).webp({ quality: 80 }).bytes();
export const losslessWebp = (): Promise<Uint8Array> => new Bun.Image(png()).webp({ lossless: true }).bytes();

const webpChunk = (name: string, content: string | Uint8Array): Uint8Array =>
  join(name, little(content.length, 4), content, content.length % 2 === 1 ? "\0" : "");

/** The extended form: a canvas, and the bitstream of another WebP in it. */
export async function extendedWebp({
  flags = 0,
  width = 16,
  height = 16,
  chunks = [] as Uint8Array[],
} = {}): Promise<Uint8Array> {
  const canvas = join(String.fromCharCode(flags), "\0\0\0", little(width - 1, 3), little(height - 1, 3));
  const body = join("WEBP", webpChunk("VP8X", canvas), ...chunks, (await losslessWebp()).subarray(12));
  return join("RIFF", little(body.length, 4), body);
}

export const animatedWebp = (): Promise<Uint8Array> =>
  extendedWebp({ flags: 0x02, chunks: [webpChunk("ANIM", "\0\0\0\0\0\0")] });

const gifFrame = join("\x2C\0\0\0\0\x01\0\x01\0\0", "\x02\x02\x44\x01\0");

/** One dot; every frame but the first makes it an animation. */
export const gif = ({ width = 1, height = 1, frames = 1 } = {}): Uint8Array =>
  join(
    "GIF89a",
    little(width, 2),
    little(height, 2),
    "\x80\0\0\0\0\0\xFF\xFF\xFF",
    "\x21\xFE\x05hello\0",
    ...Array.from({ length: frames }, () => gifFrame),
    "\x3B",
  );

/** A directory with one PNG for each. */
export function ico(...images: Uint8Array[]): Uint8Array {
  let offset = 6 + 16 * images.length;
  const entries = images.map((image) => {
    const entry = join("\x10\x10\0\0\x01\0\x20\0", little(image.length, 4), little(offset, 4));
    offset += image.length;
    return entry;
  });
  return join("\0\0\x01\0", little(images.length, 2), ...entries, ...images);
}

/** A bitmap as an ICO holds it: its height counts the mask as well. */
export const bitmap = ({ width = 16, height = 16 } = {}): Uint8Array =>
  join(
    little(40, 4),
    little(width, 4),
    little(height * 2, 4),
    "\x01\0\x20\0",
    new Uint8Array(24 + Math.min(width * Math.abs(height), 4096) * 4),
  );

export const svg = (script: string): Uint8Array =>
  join(`<svg xmlns="http://www.w3.org/2000/svg" onload="${script}"><script>${script}</script></svg>`);
