import { visibleText } from "#src/lib/text.ts";
import { LongText } from "#views/components/text.tsx";

const limits = { list: 2_000, page: 100_000 };

/** A server's own description, of whatever length: a list carries its beginning, its own page far more. */
export const SaidText = ({ text, within }: { text: string; within: keyof typeof limits }) => {
  const most = limits[within];
  const isCut = text.length > most;
  return (
    <>
      <LongText limit={within === "list" ? 280 : 1_200}>
        {isCut ? text.slice(0, most).toWellFormed() : text}
      </LongText>
      {isCut && (
        <p class="muted">
          {(text.length - most).toLocaleString("en")} more characters are left out here. The API gives them
          all.
        </p>
      )}
    </>
  );
};

/** A name for a heading, a label or a link: what is longer than any name is cut, and what cannot be seen is seen. */
export const shortName = (name: string): string =>
  visibleText(name.length > 200 ? `${name.slice(0, 200).toWellFormed()}…` : name);

/** The API takes no longer ones either. */
export const isCallable = (name: string): boolean => name.length <= 1_024;
