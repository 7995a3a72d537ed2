import type { AccountConnection } from "#src/services/account-connections.ts";
import { Status } from "#views/components/status.tsx";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";

export const Connections = ({ connections }: { connections: AccountConnection[] }) => (
  <section class="section" aria-labelledby="connections-title">
    <h2 id="connections-title">My connections</h2>
    {connections.length === 0 ? (
      <p class="muted">You are connected to no server yet.</p>
    ) : (
      <>
        <p class="lead">In all your workspaces.</p>
        <Table caption="My connections" columns={["Server", "Workspace", "Connection", "Last used"]}>
          {connections.map((one) => (
            <ConnectionRow key={`${one.workspace.uuid}/${one.server.id}`} connection={one} />
          ))}
        </Table>
      </>
    )}
  </section>
);

const ConnectionRow = ({
  connection: { workspace, server, connection, lastUsedAt },
}: {
  connection: AccountConnection;
}) => (
  <Row>
    <Cell kind="title">
      <a href={`/w/${workspace.uuid}/servers/${server.id}`}>
        <Text>{server.name}</Text>
      </a>
    </Cell>
    <Cell label="Workspace">
      <Text>{workspace.name}</Text>
    </Cell>
    <Cell label="Connection">
      {connection === "connected" ? (
        <Status tone="ok" word="Connected" />
      ) : (
        <Status tone="warn" word="Reconnect" />
      )}
    </Cell>
    <Cell label="Last used">
      {lastUsedAt === null ? <span class="muted">Never</span> : <Time at={lastUsedAt} />}
    </Cell>
  </Row>
);
