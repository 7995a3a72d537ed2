const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

/** A moment as one would say it, with the exact one behind. `at` is ISO 8601, as services give it. */
export const Time = ({ at, now = Date.now() }: { at: string; now?: number }) => {
  const moment = new Date(at);
  return (
    <time dateTime={at} title={`${exact.format(moment)} UTC`}>
      {relativeTime(moment.getTime(), now)}
    </time>
  );
};

/** `3 minutes ago`, `in 6 days`. Both in milliseconds since 1970. */
export function relativeTime(moment: number, now: number): string {
  const seconds = (moment - now) / 1000;
  for (const [unit, length] of units)
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  return seconds > 0 ? "in a moment" : "just now";
}
