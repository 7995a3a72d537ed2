/**
 * Follows a stream of parts that take the place of those with the same id. It begins again by itself after a pause, and
 * is over where the stream says so.
 *
 * Its id is its address: where a page takes up a newer one of itself, another stream takes this one's place. With another
 * address in the same element, the one before would go on beside it.
 */
export const Live = ({ path }: { path: string }) => (
  <div id={`live:${path}`} {...{ "hx-sse:connect": path, "hx-sse:close": "ended" }} hx-swap="none" hidden />
);
