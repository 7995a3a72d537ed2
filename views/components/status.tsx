export type Tone = "ok" | "warn" | "bad" | "off";

/** Each tone has a shape of its own, as not everybody tells the colours apart. */
const shapes = {
  ok: <circle cx="5" cy="5" r="4.5" fill="currentColor" />,
  warn: (
    <>
      <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.3" />
      <path d="M5 1a4 4 0 0 0 0 8z" fill="currentColor" />
    </>
  ),
  bad: <rect x="0.5" y="0.5" width="9" height="9" rx="1" fill="currentColor" />,
  off: <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.3" />,
} as const;

/** The only loud thing on a page: a shape, a colour and a word. */
export const Status = ({ tone, word }: { tone: Tone; word: string }) => (
  <span class={`status status-${tone}`}>
    <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      {shapes[tone]}
    </svg>
    {word}
  </span>
);
