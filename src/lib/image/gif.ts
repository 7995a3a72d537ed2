import type { Extent } from "#src/lib/image/view.ts";

const HEADER_BYTES = 13;
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;

/** GIF89a: a screen, then blocks up to the trailer. More than one image is an animation. */
export function readGif(view: DataView): Extent | null {
  let width = view.getUint16(6, true);
  let height = view.getUint16(8, true);
  let images = 0;
  let at = HEADER_BYTES + colorTableBytes(view.getUint8(10));
  for (;;) {
    switch (view.getUint8(at)) {
      case IMAGE:
        images += 1;
        // Browsers enlarge the screen to an image that reaches beyond it.
        width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
        height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
        at = endOfSubBlocks(view, at + 11 + colorTableBytes(view.getUint8(at + 9)));
        break;
      case EXTENSION:
        at = endOfSubBlocks(view, at + 2);
        break;
      case TRAILER:
        return images === 1 ? { width, height, end: at + 1 } : null;
      default:
        return null;
    }
  }
}

/** Bit 7 says that there is a table, bits 0–2 how large it is (§18, §20). */
const colorTableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1));

function endOfSubBlocks(view: DataView, start: number): number {
  let at = start;
  while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at + 1;
}
