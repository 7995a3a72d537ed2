import type { WatchedServer } from "#src/services/servers/index.ts";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Status } from "#views/components/status.tsx";
import { Text } from "#views/components/text.tsx";
import type { Shell } from "#views/layout.tsx";
import { counted } from "#views/servers/duration.ts";
import { NewServerLayout } from "#views/servers/new/ways.tsx";
import { NextStep } from "#views/servers/next-step.tsx";
import { serverPath } from "#views/servers/paths.ts";
import { ServerSignal } from "#views/servers/signals.tsx";

/** What became of one server of a pasted file. */
export type Imported = { name: string; server: WatchedServer | null; problem: string | null };

type Props = { shell: Shell; path: string; imported: Imported[] };

export const ImportedPage = ({ shell, path, imported }: Props) => {
  const added = imported.filter(({ server }) => server !== null).length;
  return (
    <NewServerLayout
      shell={shell}
      path={path}
      way="import"
      lead={added === 0 ? "None was added." : `${counted(added, "server")} added. Connect to those you use.`}
    >
      <Table caption="What was added" columns={["Server", "Status", ""]}>
        {imported.map((one, index) => (
          <Row key={index}>
            <Cell kind="title">
              {one.server ? (
                <a href={serverPath(one.server)}>
                  <Text>{one.server.name}</Text>
                </a>
              ) : (
                <Text>{one.name}</Text>
              )}
            </Cell>
            <Cell label="Status">
              {one.server ? (
                <ServerSignal server={one.server} />
              ) : (
                <span class="signal">
                  <Status tone="bad" word="Not added" />
                  <small>
                    <Text>{one.problem ?? ""}</Text>
                  </small>
                </span>
              )}
            </Cell>
            <Cell kind="actions">{one.server && <NextStep server={one.server} />}</Cell>
          </Row>
        ))}
      </Table>
      <p class="after-card">
        <a class="button" href={path}>
          Go to your servers
        </a>
      </p>
    </NewServerLayout>
  );
};
