import type { WatchedServer } from "#src/services/servers/index.ts";
import { Short, shortened, Whole } from "#views/components/short.tsx";
import { Cell } from "#views/components/table.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";
import { shownMs } from "#views/servers/duration.ts";
import { NextStep } from "#views/servers/next-step.tsx";
import { oobOf } from "#views/servers/out-of-band.ts";
import { hostOf, serverPath, serversPath } from "#views/servers/paths.ts";
import { ServerIcon } from "#views/servers/server-icon.tsx";
import { ConnectionSignal, ServerSignal } from "#views/servers/signals.tsx";

export const serverColumns = ["Server", "Status", "My connection", "Tools", "Members", "Last test", ""];

/** @param outOfBand - it comes alone, to take the place of what stands in the list */
export const ServerRow = ({ server, outOfBand = false }: { server: WatchedServer; outOfBand?: boolean }) => (
  <tr role="row" id={`server-${server.id}`} {...oobOf(outOfBand)}>
    <Cell kind="title">
      <span class="server-name">
        <ServerIcon url={server.iconUrl} />
        <span>
          <a href={serverPath(server)}>
            <Short room="row">{server.name}</Short>
          </a>
          <small>
            <Short room="row">{hostOf(server.url)}</Short>
          </small>
          <Whole room="row" of={[server.name, hostOf(server.url)]} />
        </span>
      </span>
    </Cell>
    <Cell label="Status" kind="signal">
      <ServerSignal server={server} />
    </Cell>
    <Cell label="My connection" kind="signal">
      <ConnectionSignal server={server} />
    </Cell>
    <Cell label="Tools" isNothing={server.counts.tools === undefined}>
      {server.counts.tools ?? <Unknown />}
    </Cell>
    <Cell isNothing={server.memberCount === 0}>
      <Connected server={server} />
    </Cell>
    <Cell label="Last test" isNothing={!server.lastTest?.testedAt}>
      <LastTest server={server} />
    </Cell>
    <Cell kind="actions">
      <NextStep server={server} returnTo={serversPath(server.workspaceUuid)} />
    </Cell>
  </tr>
);

/** The first few by the names that they go by; all of them, with their whole names, stand on the server's own page. */
const Connected = ({ server: { memberCount, connectedNames } }: { server: WatchedServer }) => {
  if (memberCount === 0) return <span class="muted">Nobody</span>;
  return (
    <span class="signal">
      <span>{memberCount.toLocaleString("en")} connected</span>
      <small>
        {connectedNames.map((name, index) => (
          <span key={index}>
            {index > 0 && ", "}
            <Text>{shortened(name.split(" ")[0] ?? name, 12)}</Text>
          </span>
        ))}
        {memberCount > connectedNames.length && ", …"}
      </small>
    </span>
  );
};

const LastTest = ({ server: { lastTest } }: { server: WatchedServer }) => {
  if (!lastTest?.testedAt) return <Unknown />;
  return (
    <span class="signal">
      <span>{lastTest.success ? shownMs(lastTest.latencyMs ?? 0) : "Failed"}</span>
      <small>
        <Time at={lastTest.testedAt} />
      </small>
    </span>
  );
};

const Unknown = () => (
  <span class="muted">
    <span aria-hidden="true">–</span>
    <span class="unseen">not known</span>
  </span>
);
