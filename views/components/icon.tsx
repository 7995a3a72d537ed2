/** Strokes on a field of 16, drawn in the colour of the text beside them. */
const paths = {
  activity: "M1.5 8.5h3l2-5.5 3 10 2-4.5h3",
  check: "M3 8.5l3.5 3.5L13 4.5",
  chevron: "M4.5 6.5L8 10l3.5-3.5",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  key: "M9.5 9a3.5 3.5 0 1 0-2.5-2.5L2 11.5V14h2.5v-1.5H6V11z",
  members:
    "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M11 2.7a2.5 2.5 0 0 1 0 4.6M12 9.8c1.5.5 2.5 1.7 2.5 3.7",
  plus: "M8 3v10M3 8h10",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5l3 3",
  server: "M2.5 2.5h11v4h-11zM2.5 9.5h11v4h-11zM5 4.5h.01M5 11.5h.01",
  settings:
    "M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7M10.7 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM5.3 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  warning: "M8 2.5l6 11H2zM8 6.5v3.5M8 12h.01",
} as const;

export type IconName = keyof typeof paths;

/** Never the only thing that says something: a word stands beside it, or in the label of what it is in. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
