import { visibleText } from "#src/lib/text.ts";

/** Words that a member or a server chose: text, whatever they look like, with what cannot be seen made visible. */
export const Text = ({ children }: { children: string }) => <>{visibleText(children)}</>;

type LongProps = {
  children: string;
  /** In characters; what is longer is cut, and opens. */
  limit?: number;
};

/** Text of any length that somebody else wrote, with its line breaks. */
export const LongText = ({ children, limit = 280 }: LongProps) => {
  const text = visibleText(children);
  if (text.length <= limit) return <p class="long-text">{text}</p>;
  return (
    <details class="long-text">
      <summary>
        <span class="long-text-start">{cut(text, limit)}…</span> <span class="long-text-more">Show all</span>
      </summary>
      <p>{text}</p>
    </details>
  );
};

/** At a space where there is one near, and never through a character. */
function cut(text: string, limit: number): string {
  const start = text
    .slice(0, limit)
    .toWellFormed()
    .replace(/\uFFFD$/, "");
  const space = start.lastIndexOf(" ");
  return space > limit * 0.8 ? start.slice(0, space) : start;
}
