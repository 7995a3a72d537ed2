import type { WatchedServer } from "#src/services/servers/index.ts";
import { Button, Form } from "#views/components/form.tsx";
import { Text } from "#views/components/text.tsx";
import { Busy } from "#views/servers/busy.tsx";
import { Disconnect } from "#views/servers/disconnect.tsx";
import { NextStep } from "#views/servers/next-step.tsx";
import { serverPath, serversPath } from "#views/servers/paths.ts";
import { ServerIcon } from "#views/servers/server-icon.tsx";
import { ConnectionSignal, ServerSignal } from "#views/servers/signals.tsx";
import { oobOf } from "#views/servers/out-of-band.ts";

type Props = { server: WatchedServer; mayWrite: boolean; outOfBand?: boolean };

export const ServerHead = ({ server, mayWrite, outOfBand = false }: Props) => (
  <header id="server-head" class="server-head" {...oobOf(outOfBand)}>
    <a class="back" href={serversPath(server.workspaceUuid)}>
      Servers
    </a>
    <div class="server-title">
      <ServerIcon url={server.iconUrl} size={44} />
      <div>
        <h1>
          <Text>{server.name}</Text>
        </h1>
        <p class="mono muted">
          <Text>{server.url}</Text>
        </p>
      </div>
      <dl class="axes">
        <div>
          <dt>Server</dt>
          <dd>
            <ServerSignal server={server} />
          </dd>
        </div>
        <div>
          <dt>You</dt>
          <dd>
            <ConnectionSignal server={server} />
          </dd>
        </div>
      </dl>
      <div class="page-actions">
        <Form action={`${serverPath(server)}/test`} class="inline" id="test-form">
          <Button>Test now</Button>
          <Busy words="Testing…" wordsId="test-words" cancel={serverPath(server)} />
        </Form>
        {server.need === null && server.connection !== "not_connected" && mayWrite ? (
          <Disconnect id="disconnect" server={server} />
        ) : (
          <NextStep server={server} tone="primary" />
        )}
      </div>
    </div>
  </header>
);
