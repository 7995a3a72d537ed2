/*
 * The formats are read through a `DataView` on purpose: it throws a `RangeError` where a picture points past its own
 * bytes, so the readers need no bounds of their own. Each of their loops moves forward with every turn.
 */

/** What a picture says of itself: sides in pixels, and the first byte that is no longer part of it. */
export type Extent = { width: number; height: number; end: number };

/** The four-letter name of a chunk. */
export function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}
