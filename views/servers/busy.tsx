/**
 * Stands in a form that takes its time, and is seen while it does (with script; without, the browser shows it). Going
 * elsewhere gives the waiting up.
 */
export const Busy = ({ words, cancel }: { words: string; cancel: string }) => (
  <span class="while-busy" role="status">
    <span class="spinner" aria-hidden="true" /> {words} <a href={cancel}>Cancel</a>
  </span>
);
