/** The sign of the house: a line that branches, with its signal. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
    <path d="M3 17h18M7 17c5 0 4-9 9-9h5" />
    <circle cx="6" cy="8" r="2.6" />
  </svg>
);
