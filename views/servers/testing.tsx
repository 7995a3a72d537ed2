import type { StageTime } from "#src/services/server-tests.ts";
import { BusyWords } from "#views/servers/busy.tsx";
import { Stages } from "#views/servers/stages.tsx";

type Props = { url: string; passed: StageTime[] };

const way = ["dns", "connect", "tls", "http", "handshake"] as const;

const doing: Record<StageTime["stage"], string> = {
  dns: "Looking up the name…",
  connect: "Connecting…",
  tls: "Checking the certificate…",
  http: "Waiting for an answer…",
  handshake: "Shaking hands…",
};

/** How far a test has come: beside its button, and in the place of the last one where that is shown. */
export const Testing = ({ url, passed }: Props) => {
  const now = nextOf(url, passed);
  return (
    <>
      <BusyWords id="test-words" outOfBand>
        {doing[now]}
      </BusyWords>
      <div id="test-result" class="card test" hx-swap-oob="outerHTML">
        <p class="test-verdict">
          <span class="testing">
            <span class="spinner" aria-hidden="true" /> {doing[now]}
          </span>
        </p>
        <Stages stages={passed} now={now} />
      </div>
    </>
  );
};

function nextOf(url: string, passed: StageTime[]): StageTime["stage"] {
  const isPlain = url.startsWith("http:");
  const last = passed.at(-1)?.stage;
  const rest = way.slice(last === undefined ? 0 : way.indexOf(last) + 1);
  return rest.find((stage) => !(stage === "tls" && isPlain)) ?? "handshake";
}
