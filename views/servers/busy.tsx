import type { ComponentChildren } from "preact";
import { oobOf } from "#views/servers/out-of-band.ts";

type Props = {
  words: string;
  /** Where giving the waiting up leads. Without it the page stays, with what was typed. */
  cancel?: string;
  /** Of the words, where they change as the work goes on. */
  wordsId?: string;
};

/**
 * Stands in a form that takes its time, and is seen while it does (with script; without, the browser shows it). Giving the
 * waiting up ends the work.
 */
export const Busy = ({ words, cancel, wordsId }: Props) => (
  <span class="while-busy" role="status">
    <span class="spinner" aria-hidden="true" /> <BusyWords id={wordsId}>{words}</BusyWords>{" "}
    {cancel === undefined ? (
      <button type="button" class="link" data-cancel>
        Cancel
      </button>
    ) : (
      <a href={cancel}>Cancel</a>
    )}
  </span>
);

type WordsProps = { id: string | undefined; outOfBand?: boolean; children: ComponentChildren };

export const BusyWords = ({ id, outOfBand = false, children }: WordsProps) => (
  <span id={id} {...oobOf(outOfBand)}>
    {children}
  </span>
);
