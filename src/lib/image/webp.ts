import { type Extent, nameAt } from "#src/lib/image/view.ts";

const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const ANIMATION_FLAG = 0x02;

/** RFC 9649 §2: a RIFF container with one VP8 or VP8L bitstream, and beside it what VP8X announces. */
export function readWebp(view: DataView): Extent | null {
  const end = 8 + view.getUint32(4, true);
  view.getUint8(end - 1);

  let width = 0;
  let height = 0;
  let bitstreams = 0;
  let at = HEADER_BYTES;
  while (at < end) {
    const name = nameAt(view, at);
    const length = view.getUint32(at + 4, true);
    const content = at + CHUNK_HEADER_BYTES;
    if (name === "ANIM" || name === "ANMF") return null;
    if (name === "VP8X" && (view.getUint8(content) & ANIMATION_FLAG) !== 0) return null;
    if (name === "VP8 " || name === "VP8L") bitstreams += 1;

    const size = sizeIn.get(name)?.(view, content);
    if (size) {
      width = Math.max(width, size.width);
      height = Math.max(height, size.height);
    }
    // Chunks are padded to an even length.
    at = content + length + (length % 2);
  }
  return at === end && bitstreams === 1 ? { width, height, end } : null;
}

type Size = { width: number; height: number };

/** The chunks that tell a size, and where in them it stands. */
const sizeIn = new Map<string, (view: DataView, at: number) => Size>([
  // Canvas, each side less one in 24 bits (§2.7).
  [
    "VP8X",
    (view, at) => ({
      width: 1 + (view.getUint32(at + 4, true) & 0xff_ffff),
      height: 1 + (view.getUint32(at + 6, true) >>> 8),
    }),
  ],
  // After the frame tag and the start code, three bytes each; the upper two bits scale (RFC 6386 §9.1).
  [
    "VP8 ",
    (view, at) => ({
      width: view.getUint16(at + 6, true) & 0x3fff,
      height: view.getUint16(at + 8, true) & 0x3fff,
    }),
  ],
  // Each side less one in 14 bits, after the signature byte (§3.4).
  [
    "VP8L",
    (view, at) => {
      const bits = view.getUint32(at + 1, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    },
  ],
]);
