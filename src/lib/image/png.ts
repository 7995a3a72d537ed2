import { type Extent, nameAt } from "#src/lib/image/view.ts";

const SIGNATURE_BYTES = 8;
/** Length and name before a chunk's content, checksum after it. */
const CHUNK_FRAME_BYTES = 12;
/** The chunks that make a PNG move (PNG 3rd edition §11.3.4). */
const ANIMATION = new Set(["acTL", "fcTL", "fdAT"]);

/** PNG, 3rd edition §5: a signature, then chunks, of which IHDR is the first and IEND the last. */
export function readPng(view: DataView): Extent | null {
  if (nameAt(view, SIGNATURE_BYTES + 4) !== "IHDR" || view.getUint32(SIGNATURE_BYTES) !== 13) return null;
  const width = view.getUint32(SIGNATURE_BYTES + 8);
  const height = view.getUint32(SIGNATURE_BYTES + 12);

  let hasPixels = false;
  let at = SIGNATURE_BYTES;
  for (;;) {
    const name = nameAt(view, at + 4);
    const end = at + CHUNK_FRAME_BYTES + view.getUint32(at);
    view.getUint8(end - 1);
    if (ANIMATION.has(name)) return null;
    if (name === "IDAT") hasPixels = true;
    if (name === "IEND") return hasPixels ? { width, height, end } : null;
    at = end;
  }
}
