import type { ComponentChildren } from "preact";
import { visibleText } from "#src/lib/text.ts";

/**
 * Words that a member or a server chose: text, whatever they look like, with what cannot be seen made visible. They run
 * in their own direction, and turn nothing around that stands beside them.
 */
export const Text = ({ children }: { children: string }) => <bdi>{visibleText(children)}</bdi>;

/** A sentence of ours that may quote somebody else. */
export const Message = ({ children }: { children: string }) => <>{visibleText(children)}</>;

type LongProps = {
  children: string;
  /** In characters; what is longer is cut, and opens. */
  limit?: number;
  /** Stands below all of it, once it is open. */
  below?: ComponentChildren;
};

/** Text of any length that somebody else wrote, with its line breaks. */
export const LongText = ({ children, limit = 280, below }: LongProps) => {
  const text = visibleText(children);
  if (text.length <= limit)
    return (
      <p class="long-text" dir="auto">
        {text}
      </p>
    );
  return (
    <details class="long-text">
      <summary>
        <bdi class="long-text-start">{beginning(text, limit)}…</bdi>{" "}
        <span class="long-text-more">Show all</span>
      </summary>
      <p dir="auto">{text}</p>
      {below}
    </details>
  );
};

/** The first characters of a text: at a space where there is one near, and never through a character. */
export function beginning(text: string, limit: number): string {
  const start = text
    .slice(0, limit)
    .toWellFormed()
    .replace(/\uFFFD$/, "");
  const space = start.lastIndexOf(" ");
  return space > limit * 0.8 ? start.slice(0, space) : start;
}
