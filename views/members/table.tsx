import type { Member } from "#src/services/context.ts";
import type { WorkspaceMember } from "#src/services/members.ts";
import { Badge } from "#views/components/badge.tsx";
import { Confirm } from "#views/components/confirm.tsx";
import { Dialog } from "#views/components/dialog.tsx";
import { Choices } from "#views/components/choices.tsx";
import { roleChoices, roles } from "#views/components/role.ts";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";

type Viewer = {
  path: string;
  self: Member;
  /** Nobody else could own the workspace if they left. */
  isOnlyOwner: boolean;
};

export const MemberTable = ({ members, ...viewer }: Viewer & { members: WorkspaceMember[] }) => (
  <Table caption="Members" columns={["Name", "Role", "Joined", ""]}>
    {members.map((member) => (
      <MemberRow key={member.id} {...viewer} member={member} />
    ))}
  </Table>
);

const MemberRow = ({ path, self, isOnlyOwner, member }: Viewer & { member: WorkspaceMember }) => {
  const mustStay = isOnlyOwner && member.id === self.id;
  return (
    <Row id={`member-${member.id}`}>
      <Cell kind="title">
        <Text>{member.name}</Text> {member.id === self.id && <Badge>you</Badge>}
        <small>
          <Text>{member.email}</Text>
        </small>
        {mustStay && <small>To leave, make somebody else an owner first.</small>}
      </Cell>
      <Cell label="Role">{roles[member.role].name}</Cell>
      <Cell label="Joined">
        <Time at={member.joinedAt} />
      </Cell>
      <Cell kind="actions">
        {canChange(self, member) && !mustStay && <Changes path={path} self={self} member={member} />}
      </Cell>
    </Row>
  );
};

type ChangeProps = { path: string; self: Member; member: WorkspaceMember };

const Changes = ({ path, self, member }: ChangeProps) => (
  <>
    <ChangeRole path={path} self={self} member={member} />
    {member.id === self.id ? <Leave path={path} member={member} /> : <Remove path={path} member={member} />}
  </>
);

/** Admins have a say about everybody but owners; what they may give and take is decided again when they do it. */
const canChange = (self: Member, member: WorkspaceMember): boolean =>
  self.scopes.includes("apps:admin") && (member.role !== "owner" || self.role === "owner");

const ChangeRole = ({ path, self, member }: ChangeProps) => (
  <Dialog
    id={`role-${member.id}`}
    label="Change role"
    fullLabel={`Change role of ${member.name}`}
    title={`What may ${member.name} do?`}
    action={`${path}/${member.id}/role`}
    verb="Change role"
    tone="primary"
  >
    <Choices
      id={`role-of-${member.id}`}
      kind="radio"
      name="role"
      label="Role"
      choices={roleChoices(self.role)}
      chosen={[member.role]}
    />
  </Dialog>
);

const Remove = ({ path, member }: { path: string; member: WorkspaceMember }) => (
  <Confirm
    id={`remove-${member.id}`}
    label="Remove"
    fullLabel={`Remove ${member.name}`}
    title={`Remove ${member.name}?`}
    action={`${path}/${member.id}/remove`}
    verb="Remove member"
  >
    <p>
      Their connections, API keys and open invitations in this workspace end with it, at once. Their account
      stays.
    </p>
  </Confirm>
);

const Leave = ({ path, member }: { path: string; member: WorkspaceMember }) => (
  <Confirm
    id={`remove-${member.id}`}
    label="Leave"
    title="Leave this workspace?"
    action={`${path}/${member.id}/remove`}
    verb="Leave workspace"
    navigates
  >
    <p>
      Your connections, API keys and open invitations here end with it, at once. To come back, somebody has to
      invite you.
    </p>
  </Confirm>
);
