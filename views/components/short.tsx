import { visibleText } from "#src/lib/text.ts";
import { beginning, Text } from "#views/components/text.tsx";

/*
 * One line that somebody else chose, of whatever length: a name, a title, an address. `Short` shows as much of it as is
 * needed to tell it from others, anywhere, also in a heading or a link; `Whole` stands near and opens what was cut.
 */

/** In characters. */
const limits = { row: 40, page: 60 };
const mostOfWhole = 2_000;

type Room = keyof typeof limits;

export const Short = ({ children, room = "page" }: { children: string; room?: Room }) => (
  <Text>{shortened(children, limits[room])}</Text>
);

/** Nothing where nothing was cut. @param of - what `Short` showed with the same `room` */
export const Whole = ({ of, room = "page" }: { of: (string | null)[]; room?: Room }) => {
  const cut = of.filter((text) => text !== null && isLong(text, limits[room]));
  return cut.length === 0 ? null : (
    <details class="whole">
      <summary>Show all</summary>
      {cut.map((text, index) => (
        <p key={index}>
          <Text>{text === null ? "" : shortened(text, mostOfWhole)}</Text>
        </p>
      ))}
    </details>
  );
};

/** For labels and attributes, which are no markup. */
export const shortened = (text: string, limit = limits.page): string => {
  // What cannot be seen grows by being written out, so more is never needed; and nothing is read that is never shown.
  const seen = visibleText(text.slice(0, limit * 2));
  return isLong(text, limit) ? `${beginning(seen, limit)}…` : seen;
};

const isLong = (text: string, limit: number): boolean =>
  text.length > limit || visibleText(text).length > limit;
