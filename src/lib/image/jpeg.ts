import type { Extent } from "#src/lib/image/view.ts";

const FILL = 0xff;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;

/** ITU-T T.81 §B: segments that begin with a marker, and entropy-coded scans between them. */
export function readJpeg(view: DataView): Extent | null {
  let size: { width: number; height: number } | null = null;
  let hasScan = false;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === FILL) {
      at += 1;
      continue;
    }
    if (marker === END_OF_IMAGE) return size && hasScan ? { ...size, end: at + 2 } : null;
    if (!hasLength(marker)) return null;

    if (isFrame(marker)) {
      if (size) return null;
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + view.getUint16(at + 2);
    if (marker === START_OF_SCAN) {
      hasScan = true;
      at = endOfScan(view, at);
    }
  }
}

/** Where the next marker stands: inside a scan, 0xFF is followed by a stuffed zero or a restart (§B.1.1.5). */
function endOfScan(view: DataView, start: number): number {
  let at = start;
  while (view.getUint8(at) !== 0xff || view.getUint8(at + 1) === 0 || isRestart(view.getUint8(at + 1)))
    at += 1;
  return at;
}

const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** Everything from the first frame header on but the restarts and a second start of image. */
const hasLength = (marker: number): boolean => marker >= 0xc0 && !isRestart(marker) && marker !== 0xd8;

/** SOF0–SOF15: between them stand DHT (C4), JPG (C8) and DAC (CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
