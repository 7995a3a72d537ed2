import type { ApiKey } from "#src/services/api-keys.ts";
import { scopes, widest } from "#views/api-keys/scope.ts";
import { Confirm } from "#views/components/confirm.tsx";
import { Status } from "#views/components/status.tsx";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";

export const ApiKeyTable = ({ path, keys }: { path: string; keys: ApiKey[] }) => (
  <Table caption="Your API keys" columns={["Name", "May", "Last used", "Works until", ""]}>
    {keys.map((key) => (
      <Row key={key.id} id={`key-${key.id}`}>
        <Cell kind="title">
          <Text>{key.name}</Text>
          <small>
            Made <Time at={key.createdAt} />
          </small>
        </Cell>
        <Cell label="May">
          <Granted granted={key.scopes} />
        </Cell>
        <Cell label="Last used">
          {key.lastUsedAt === null ? <span class="muted">Never</span> : <Time at={key.lastUsedAt} />}
        </Cell>
        <Cell label="Works until">
          <Expiry at={key.expiresAt} />
        </Cell>
        <Cell kind="actions">
          <Confirm
            id={`revoke-key-${key.id}`}
            label="Revoke"
            fullLabel={`Revoke ${key.name}`}
            title={`Revoke ${key.name}?`}
            action={`${path}/${key.id}/revoke`}
            verb="Revoke key"
            keep="Keep it"
          >
            <p>Whatever uses this key is refused from its next request on. A key cannot be brought back.</p>
          </Confirm>
        </Cell>
      </Row>
    ))}
  </Table>
);

const Granted = ({ granted }: { granted: ApiKey["scopes"] }) => {
  const scope = widest(granted);
  if (scope === undefined) return <span class="muted">Nothing</span>;
  return (
    <span title={scopes[scope].power}>
      {scopes[scope].name} <code class="muted">{scope}</code>
    </span>
  );
};

const Expiry = ({ at }: { at: string | null }) => {
  if (at === null) return <>No end</>;
  if (Date.parse(at) <= Date.now()) return <Status tone="off" word="Expired" />;
  return <Time at={at} />;
};
