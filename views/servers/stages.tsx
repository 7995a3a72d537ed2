import type { PastTest } from "#src/services/server-tests.ts";
import { shownMs } from "#views/servers/duration.ts";

const words: Record<string, string> = {
  dns: "Name",
  connect: "Connect",
  tls: "TLS",
  http: "HTTP",
  handshake: "Handshake",
};

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/**
 * Each stage where it began and as long as it took. Widths are of the whole, in hundredths; none is thinner than one.
 *
 * @param now - the stage that a test is in, while it runs
 */
export const Stages = ({ stages, now = null }: { stages: PastTest["stages"]; now?: string | null }) => {
  const total = Math.max(
    stages.reduce((sum, { ms }) => sum + ms, 0),
    1,
  );
  const starts = stages.map((_, index) => stages.slice(0, index).reduce((sum, { ms }) => sum + ms, 0));
  return (
    <table class="stages">
      <caption class="unseen">How long each stage took</caption>
      <tbody>
        {stages.map(({ stage, ok, ms }, index) => (
          <tr key={stage}>
            <th scope="row">{words[stage] ?? stage}</th>
            <td class="stage-bar">
              <svg width="100%" height="8" aria-hidden="true">
                <rect width="100%" height="8" rx="2" class="bar-ground" />
                <rect
                  x={percent(Math.min((starts[index] ?? 0) / total, 0.99))}
                  width={percent(Math.max(ms / total, 0.01))}
                  height="8"
                  rx="2"
                  class={ok ? "bar-ok" : "bar-bad"}
                />
              </svg>
            </td>
            <td class="stage-ms">{ok ? shownMs(ms) : `failed after ${shownMs(ms)}`}</td>
          </tr>
        ))}
        {now !== null && (
          <tr>
            <th scope="row">{words[now] ?? now}</th>
            <td class="stage-bar">
              <svg width="100%" height="8" aria-hidden="true">
                <rect width="100%" height="8" rx="2" class="bar-ground" />
              </svg>
            </td>
            <td class="stage-ms">…</td>
          </tr>
        )}
      </tbody>
    </table>
  );
};
