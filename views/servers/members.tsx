import type { McpServerMember } from "#src/services/server-members.ts";
import type { Page } from "#src/services/paging.ts";
import { Badge } from "#views/components/badge.tsx";
import { Confirm } from "#views/components/confirm.tsx";
import { Empty } from "#views/components/empty.tsx";
import { Pagination } from "#views/components/pagination.tsx";
import { roles } from "#views/components/role.ts";
import { Status } from "#views/components/status.tsx";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { serverPath } from "#views/servers/paths.ts";

type Props = ServerFrame & { members: Page<McpServerMember>; selfId: number; isFirstPage: boolean };

export const ServerMembersPage = ({ members, selfId, isFirstPage, ...frame }: Props) => {
  const path = serverPath(frame.server, "members");
  return (
    <ServerLayout {...frame} tab="members" title="Members">
      {members.items.length === 0 ? (
        <Empty title="Nobody is connected">
          <p class="muted">Whoever connects stands here, with when they last used it.</p>
        </Empty>
      ) : (
        <Table
          caption={`Members connected to ${frame.server.name}`}
          columns={["Name", "Role", "Connection", "Since", "Last used", ""]}
        >
          {members.items.map((member) => (
            <MemberRow
              key={member.memberId}
              path={path}
              server={frame.server.name}
              member={member}
              isSelf={member.memberId === selfId}
              mayEnd={frame.isAdmin || (member.memberId === selfId && frame.mayWrite)}
            />
          ))}
        </Table>
      )}
      <Pagination
        first={isFirstPage ? null : path}
        next={members.next && `${path}?cursor=${encodeURIComponent(members.next)}`}
      />
    </ServerLayout>
  );
};

type RowProps = {
  path: string;
  server: string;
  member: McpServerMember;
  isSelf: boolean;
  mayEnd: boolean;
};

const MemberRow = ({ path, server, member, isSelf, mayEnd }: RowProps) => (
  <Row id={`member-${member.memberId}`}>
    <Cell kind="title">
      <Text>{member.name}</Text> {isSelf && <Badge>you</Badge>}
      <small>
        <Text>{member.email}</Text>
      </small>
    </Cell>
    <Cell label="Role">{roles[member.role as keyof typeof roles].name}</Cell>
    <Cell label="Connection">
      {member.connection === "connected" ? (
        <Status tone="ok" word="Connected" />
      ) : (
        <Status tone="warn" word="Has to reconnect" />
      )}
    </Cell>
    <Cell label="Since">
      <Time at={member.connectedAt} />
    </Cell>
    <Cell label="Last used">
      {member.lastUsedAt === null ? <span class="muted">Never</span> : <Time at={member.lastUsedAt} />}
    </Cell>
    <Cell kind="actions">
      {mayEnd && (
        <Confirm
          id={`end-${member.memberId}`}
          label="Disconnect"
          fullLabel={`Disconnect ${member.name}`}
          title={isSelf ? `Disconnect from ${server}?` : `Disconnect ${member.name} from ${server}?`}
          action={isSelf ? path.replace(/members$/, "disconnect") : `${path}/${member.memberId}/disconnect`}
          verb="Disconnect"
        >
          <p>
            {isSelf ? "Calls in your name end." : "Calls in their name end at once."} Tokens are deleted here
            and revoked there, where the server can.
          </p>
        </Confirm>
      )}
    </Cell>
  </Row>
);
