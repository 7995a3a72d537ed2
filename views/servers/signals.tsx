import type { ServerStatus, WatchedServer } from "#src/services/servers/index.ts";
import { Status, type Tone } from "#views/components/status.tsx";
import { Moment } from "#views/components/time.tsx";

/*
 * The two axes: how a server does for everybody, and how one's own connection to it does.
 */

export const statusWords: Record<ServerStatus, { tone: Tone; word: string }> = {
  ready: { tone: "ok", word: "Ready" },
  failing: { tone: "bad", word: "Failing" },
  needs_set_up: { tone: "warn", word: "Needs set-up" },
  needs_authorization: { tone: "warn", word: "Needs authorization" },
  disabled: { tone: "off", word: "Disabled" },
};

/** A failure says since when and where, which is what whoever mends it asks first. */
export const ServerSignal = ({ server }: { server: WatchedServer }) => {
  const { tone, word } = statusWords[server.status];
  return (
    <span class="signal">
      <Status tone={tone} word={word} />
      {server.failingSince && (
        <small>
          since <Moment at={server.failingSince} />
          {server.lastTest?.stage && `, at ${server.lastTest.stage}`}
        </small>
      )}
    </span>
  );
};

export const ConnectionSignal = ({ server }: { server: WatchedServer }) => (
  <Status {...connectionWords(server)} />
);

export function connectionWords({ connection, need }: WatchedServer): { tone: Tone; word: string } {
  if (need === "more_access") return { tone: "warn", word: "Needs more access" };
  if (connection === "expired") return { tone: "warn", word: "Reconnect" };
  return connection === "connected"
    ? { tone: "ok", word: "Connected" }
    : { tone: "off", word: "Not connected" };
}
