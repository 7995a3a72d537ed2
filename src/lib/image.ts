import { readGif } from "#src/lib/image/gif.ts";
import { readIco } from "#src/lib/image/ico.ts";
import { readJpeg } from "#src/lib/image/jpeg.ts";
import { readPng } from "#src/lib/image/png.ts";
import type { Extent } from "#src/lib/image/view.ts";
import { readWebp } from "#src/lib/image/webp.ts";

const MAX_SIDE_PIXELS = 1024;

export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/x-icon";

/** A still picture whose structure was followed to its end; `bytes` has nothing after that. */
export type Picture = { type: ImageType; width: number; height: number; bytes: Uint8Array };

/** The first bytes decide, and the structure must hold as well: they are easily put before a page of HTML. */
const formats: {
  type: ImageType;
  begins: (start: string) => boolean;
  read: (view: DataView) => Extent | null;
}[] = [
  { type: "image/png", begins: (start) => start.startsWith("\x89PNG\r\n\x1A\n"), read: readPng },
  { type: "image/jpeg", begins: (start) => start.startsWith("\xFF\xD8\xFF"), read: readJpeg },
  { type: "image/gif", begins: (start) => /^GIF8[79]a/.test(start), read: readGif },
  { type: "image/webp", begins: (start) => /^RIFF[^]{4}WEBP/.test(start), read: readWebp },
  { type: "image/x-icon", begins: (start) => start.startsWith("\0\0\x01\0"), read: readIco },
];

/**
 * Recognises a picture by what it is, whatever it was said to be: PNG, JPEG, GIF, WebP or ICO, not moving, with sides of
 * 1 to 1024 pixels unless told otherwise. What follows the picture's own end is cut off.
 *
 * SVG is not among them on purpose: it is a document that can run script.
 *
 * @param bytes - hostile; nothing is decompressed, so the cost is bounded by their number
 * @returns null for everything else
 */
export function readPicture(bytes: Uint8Array, maxSidePixels = MAX_SIDE_PIXELS): Picture | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  const format = formats.find(({ begins }) => begins(start));
  if (!format) return null;

  const extent = extentOf(format.read, bytes);
  if (!extent || !isFitting(extent.width, maxSidePixels) || !isFitting(extent.height, maxSidePixels))
    return null;
  const { width, height, end } = extent;
  return { type: format.type, width, height, bytes: bytes.subarray(0, end) };
}

function extentOf(read: (view: DataView) => Extent | null, bytes: Uint8Array): Extent | null {
  try {
    return read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (failure) {
    // A view throws where it is read past its end: the picture stops before its structure does.
    if (failure instanceof RangeError) return null;
    throw failure;
  }
}

const isFitting = (side: number, most: number): boolean => side >= 1 && side <= most;
