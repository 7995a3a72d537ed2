import type { PastTest } from "#src/services/server-tests.ts";
import type { WatchedServer } from "#src/services/servers/index.ts";
import { Status } from "#views/components/status.tsx";
import { Message } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";
import { shownMs } from "#views/servers/duration.ts";
import { oobOf } from "#views/servers/out-of-band.ts";
import { Sparkline } from "#views/servers/sparkline.tsx";
import { Stages } from "#views/servers/stages.tsx";

type Props = { server: WatchedServer; tests: PastTest[]; outOfBand?: boolean };

/** The last test in its stages, and how those before it went. */
export const Health = ({ server, tests, outOfBand = false }: Props) => {
  const [last] = tests;
  return (
    <section id="server-health" class="section" aria-labelledby="health-title" {...oobOf(outOfBand)}>
      <div class="section-head">
        <h2 id="health-title">Last test</h2>
        {tests.length > 1 && <Sparkline tests={tests} />}
      </div>
      {last ? (
        <div id="test-result" class="card test">
          <p class="test-verdict">
            <Verdict test={last} />
            <span class="muted">
              {shownMs(last.latencyMs)} · <Time at={last.at} />
            </span>
          </p>
          {last.failure && <FailureNote server={server} failure={last.failure} />}
          <Stages stages={last.stages} />
        </div>
      ) : (
        <p id="test-result" class="muted">
          Nobody has tested it yet. “Test now” goes all the way to a handshake, in your name.
        </p>
      )}
    </section>
  );
};

const Verdict = ({ test: { success, failure } }: { test: PastTest }) => {
  if (success) return <Status tone="ok" word="It answers" />;
  return failure?.isOfMember ? (
    <Status tone="warn" word="It answers, and wants a sign-in" />
  ) : (
    <Status tone="bad" word={`It failed at ${failure?.stage ?? "handshake"}`} />
  );
};

const FailureNote = ({
  server,
  failure,
}: {
  server: WatchedServer;
  failure: NonNullable<PastTest["failure"]>;
}) => (
  <p>
    <Message>{failure.message}</Message>{" "}
    {failure.isOfMember
      ? "The server itself works; it is the sign-in of whoever tested that it did not take."
      : adviceFor(failure.stage, server)}
  </p>
);

function adviceFor(stage: string, server: WatchedServer): string {
  switch (stage) {
    case "dns":
      return "Its name leads nowhere: look whether the address is spelled right.";
    case "connect":
      return "Nothing listens there, or something between refuses: ask whoever runs it.";
    case "tls":
      return "Its certificate is not one to trust: ask whoever runs it.";
    case "http":
      return `It answers, but not as a server of MCP does: look whether the path is right (${URL.parse(server.url)?.pathname ?? "/"}).`;
    default:
      return "It answers, but does not finish a handshake: ask whoever runs it.";
  }
}
