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

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const dayMs = 86_400_000;

/** When something began, as one would note it: `14:02 UTC`, or `22 Nov` where that was not today. */
export const Moment = ({ at, now = Date.now() }: { at: string; now?: number }) => {
  const moment = new Date(at);
  const isRecent = now - moment.getTime() < dayMs;
  return (
    <time dateTime={at} title={`${exact.format(moment)} UTC`}>
      {isRecent ? `${clock.format(moment)} UTC` : day.format(moment)}
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
