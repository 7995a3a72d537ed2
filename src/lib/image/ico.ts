import { readPng } from "#src/lib/image/png.ts";
import { type Extent, nameAt } from "#src/lib/image/view.ts";

const HEADER_BYTES = 6;
const ENTRY_BYTES = 16;
const MAX_ENTRIES = 64;
const BITMAP_HEADER_BYTES = 40;

/** A directory of the same picture in several sizes, each a PNG or a bitmap without its file header. */
export function readIco(view: DataView): Extent | null {
  const count = view.getUint16(4, true);
  if (count === 0 || count > MAX_ENTRIES) return null;

  const whole: Extent = { width: 0, height: 0, end: HEADER_BYTES + count * ENTRY_BYTES };
  const directoryEnd = whole.end;
  for (let index = 0; index < count; index += 1) {
    const entry = HEADER_BYTES + index * ENTRY_BYTES;
    const length = view.getUint32(entry + 8, true);
    const offset = view.getUint32(entry + 12, true);
    if (offset < directoryEnd) return null;

    // The view may be a part of a larger buffer, which another view would reach into.
    view.getUint8(offset + length - 1);
    const image = imageIn(new DataView(view.buffer, view.byteOffset + offset, length));
    if (!image) return null;
    whole.width = Math.max(whole.width, image.width);
    whole.height = Math.max(whole.height, image.height);
    whole.end = Math.max(whole.end, offset + length);
  }
  return whole;
}

function imageIn(view: DataView): Omit<Extent, "end"> | null {
  if (nameAt(view, 0) === "\x89PNG") return readPng(view);
  if (view.getUint32(0, true) !== BITMAP_HEADER_BYTES) return null;
  // The height counts the picture and the mask below it.
  return { width: view.getInt32(4, true), height: view.getInt32(8, true) / 2 };
}
