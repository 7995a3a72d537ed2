import type { WatchedServer } from "#src/services/servers/index.ts";
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
            <Text>{server.name}</Text>
          </a>
          <small>
            <Text>{hostOf(server.url)}</Text>
          </small>
        </span>
      </span>
    </Cell>
    <Cell label="Status">
      <ServerSignal server={server} />
    </Cell>
    <Cell label="My connection">
      <ConnectionSignal server={server} />
    </Cell>
    <Cell label="Tools">{server.counts.tools ?? <Unknown />}</Cell>
    <Cell label="Members">{server.memberCount}</Cell>
    <Cell label="Last test">
      <LastTest server={server} />
    </Cell>
    <Cell kind="actions">
      <NextStep server={server} returnTo={serversPath(server.workspaceUuid)} />
    </Cell>
  </tr>
);

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
