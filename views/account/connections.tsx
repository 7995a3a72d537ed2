import type { AccountConnection } from "#src/services/account-connections.ts";
import { Short, Whole } from "#views/components/short.tsx";
import { Status } from "#views/components/status.tsx";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Time } from "#views/components/time.tsx";
import { Disconnect } from "#views/servers/disconnect.tsx";
import { authorizePath, serverPath } from "#views/servers/paths.ts";

export const Connections = ({ connections }: { connections: AccountConnection[] }) => (
  <section class="section" aria-labelledby="connections-title">
    <h2 id="connections-title">My connections</h2>
    {connections.length === 0 ? (
      <p class="muted">You are connected to no server yet.</p>
    ) : (
      <>
        <p class="lead">In all your workspaces.</p>
        <Table caption="My connections" columns={["Server", "Workspace", "Connection", "Last used", ""]}>
          {connections.map((one) => (
            <ConnectionRow key={`${one.workspace.uuid}/${one.server.id}`} connection={one} />
          ))}
        </Table>
      </>
    )}
  </section>
);

const ConnectionRow = ({ connection: one }: { connection: AccountConnection }) => (
  <Row>
    <Cell kind="title">
      <a href={serverPath(placeOf(one))}>
        <Short room="row">{one.server.name}</Short>
      </a>
      <Whole room="row" of={[one.server.name]} />
    </Cell>
    <Cell label="Workspace">
      <Short room="row">{one.workspace.name}</Short>
    </Cell>
    <Cell label="Connection">
      {one.connection === "connected" ? (
        <Status tone="ok" word="Connected" />
      ) : (
        <Status tone="warn" word="Reconnect" />
      )}
    </Cell>
    <Cell label="Last used">
      {one.lastUsedAt === null ? <span class="muted">Never</span> : <Time at={one.lastUsedAt} />}
    </Cell>
    <Cell kind="actions">{one.mayChange && <Changes connection={one} />}</Cell>
  </Row>
);

const here = "/account";

const Changes = ({ connection: one }: { connection: AccountConnection }) => {
  const server = placeOf(one);
  return (
    <>
      {one.connection === "expired" && (
        <a
          class="button"
          // A key is typed on the server's own page.
          href={server.authType === "oauth" ? authorizePath(server, here) : `${serverPath(server)}#next`}
          aria-label={`Reconnect ${server.name}`}
        >
          Reconnect
        </a>
      )}
      <Disconnect id={`disconnect-${server.workspaceUuid}-${server.id}`} server={server} returnTo={here} />
    </>
  );
};

const placeOf = ({ server, workspace }: AccountConnection) => ({ ...server, workspaceUuid: workspace.uuid });
