/**
 * Follows a stream of parts that take the place of those with the same id. It begins again by itself after a pause, and
 * is over where the stream says so.
 */
export const Live = ({ path }: { path: string }) => (
  <div {...{ "hx-sse:connect": path, "hx-sse:close": "ended" }} hx-swap="none" hidden />
);
