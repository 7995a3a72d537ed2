import type { WatchedServer } from "#src/services/servers/index.ts";
import { Button, Form } from "#views/components/form.tsx";
import { Short, Whole } from "#views/components/short.tsx";
import { Busy } from "#views/servers/busy.tsx";
import { Disconnect } from "#views/servers/disconnect.tsx";
import { NextStep } from "#views/servers/next-step.tsx";
import { serverPath, serversPath, type Tab } from "#views/servers/paths.ts";
import { ServerIcon } from "#views/servers/server-icon.tsx";
import { ConnectionSignal, ServerSignal } from "#views/servers/signals.tsx";
import { oobOf } from "#views/servers/out-of-band.ts";

type Props = { server: WatchedServer; tab: Tab; mayWrite: boolean; outOfBand?: boolean };

/** Below the head of these stands what is to be done next: there once is enough. */
const saysWhatIsNext: Tab[] = ["overview", "tools", "prompts", "resources"];

export const ServerHead = ({ server, tab, mayWrite, outOfBand = false }: Props) => (
  <header
    id="server-head"
    class={tab === "overview" ? "server-head" : "server-head server-head-brief"}
    {...oobOf(outOfBand)}
  >
    <a class="back" href={serversPath(server.workspaceUuid)}>
      Servers
    </a>
    <div class="server-title">
      <ServerIcon url={server.iconUrl} size={44} />
      <div>
        <h1>
          <Short>{server.name}</Short>
        </h1>
        <p class="mono muted">
          <Short>{server.url}</Short>
        </p>
        <Whole of={[server.name, server.url]} />
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
        <Form action={`${serverPath(server)}/test`} class="inline at-length" id="test-form">
          <Button>Test now</Button>
          <Busy words="Testing…" wordsId="test-words" cancel={serverPath(server)} />
        </Form>
        {server.need === null && server.connection !== "not_connected" && mayWrite ? (
          <div class="at-length">
            <Disconnect id="disconnect" server={server} />
          </div>
        ) : (
          !saysWhatIsNext.includes(tab) && <NextStep server={server} tone="primary" />
        )}
      </div>
    </div>
  </header>
);
