import { LongText } from "#views/components/text.tsx";

const limits = { list: 2_000, page: 100_000 };

type Props = {
  text: string;
  within: keyof typeof limits;
  /** The thing's own page, which shows more. */
  page?: string | undefined;
};

/** A server's own description, of whatever length: a list carries its beginning, its own page far more. */
export const SaidText = ({ text, within, page }: Props) => {
  const most = limits[within];
  const isCut = text.length > most;
  return (
    <LongText
      limit={within === "list" ? 280 : 480}
      below={isCut && <Further left={text.length - most} page={page} />}
    >
      {isCut ? text.slice(0, most).toWellFormed() : text}
    </LongText>
  );
};

const Further = ({ left, page }: { left: number; page: string | undefined }) => {
  const rest = `the other ${left.toLocaleString("en")} characters`;
  return (
    <p>
      {page === undefined ? <>No page holds it all. The API gives {rest}.</> : <a href={page}>Read {rest}</a>}
    </p>
  );
};

/** The API takes no longer ones either. */
export const isCallable = (name: string): boolean => name.length <= 1_024;
