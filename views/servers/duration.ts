const units: [string, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** `12 minutes`, `3 days`: the largest unit alone, as nobody asks for more. */
export function duration(ms: number): string {
  for (const [unit, length] of units) {
    const count = Math.floor(ms / length);
    if (count >= 1) return counted(count, unit);
  }
  return "less than a minute";
}

/** `1 tool`, `23 tools`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** Milliseconds as a person reads them: `0.4 ms`, `142 ms`, `2.3 s`. What is less than a tenth is none. */
export function shownMs(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms >= 10 || ms < 0.05 || Number.isInteger(ms) ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}
