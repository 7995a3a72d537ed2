import type { PastTest } from "#src/services/server-tests.ts";
import { counted, shownMs } from "#views/servers/duration.ts";

const barWidth = 5;
const gap = 2;
const height = 28;
const smallest = 4;

/** The tests before, the latest on the right: the taller the slower, on a scale that outliers do not flatten. */
export const Sparkline = ({ tests }: { tests: PastTest[] }) => {
  const shown = tests.toReversed();
  const most = Math.max(...shown.map(({ latencyMs }) => Math.sqrt(latencyMs)), 1);
  const heightOf = (test: PastTest) =>
    test.success ? Math.max(Math.round((Math.sqrt(test.latencyMs) / most) * height), smallest) : height;
  const width = shown.length * (barWidth + gap) - gap;
  return (
    <figure class="history">
      <figcaption>{tests.length === 1 ? "The last test" : `The last ${tests.length} tests`}</figcaption>
      <svg
        class="sparkline"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={summary(tests)}
      >
        {shown.map((test, index) => (
          <rect
            key={test.id}
            x={index * (barWidth + gap)}
            y={height - heightOf(test)}
            width={barWidth}
            height={heightOf(test)}
            rx="1"
            class={test.success ? "bar-ok" : test.failure?.isOfMember ? "bar-warn" : "bar-bad"}
          />
        ))}
      </svg>
    </figure>
  );
};

function summary(tests: PastTest[]): string {
  const good = tests.filter(({ success }) => success);
  const latencies = good.map(({ latencyMs }) => latencyMs);
  const range =
    good.length === 0
      ? ""
      : `, ${shownMs(Math.min(...latencies))} to ${shownMs(Math.max(...latencies))} where it answered`;
  return `The last ${counted(tests.length, "test")}: ${good.length} good, ${tests.length - good.length} failed${range}`;
}
