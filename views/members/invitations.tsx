import type { Invitation } from "#src/services/invitations.ts";
import { Confirm } from "#views/components/confirm.tsx";
import { roles } from "#views/components/role.ts";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";

export const Invitations = ({ path, invitations }: { path: string; invitations: Invitation[] }) => (
  <section class="section" aria-labelledby="invitations-title">
    <h2 id="invitations-title">Open invitations</h2>
    <p class="lead">Nobody has accepted these yet.</p>
    <Table caption="Open invitations" columns={["For", "Role", "Made", "Works until", ""]}>
      {invitations.map((invitation) => (
        <Row key={invitation.id}>
          <Cell kind="title">
            {invitation.email === null ? "Whoever has the link" : <Text>{invitation.email}</Text>}
          </Cell>
          <Cell label="Role">{roles[invitation.role].name}</Cell>
          <Cell label="Made">
            <Time at={invitation.createdAt} />
          </Cell>
          <Cell label="Works until">
            <Time at={invitation.expiresAt} />
          </Cell>
          <Cell kind="actions">
            <Confirm
              id={`take-back-${invitation.id}`}
              label="Take back"
              fullLabel={`Take back the invitation for ${invitation.email ?? "whoever has the link"}`}
              title="Take this invitation back?"
              action={`${path}/invitations/${invitation.id}/delete`}
              verb="Take back"
              keep="Keep it"
            >
              <p>Its link stops working. You can make another.</p>
            </Confirm>
          </Cell>
        </Row>
      ))}
    </Table>
  </section>
);
