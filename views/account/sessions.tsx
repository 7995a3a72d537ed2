import type { SignedIn } from "#src/services/profile.ts";
import { browserName } from "#views/account/browser-name.ts";
import { Badge } from "#views/components/badge.tsx";
import { Confirm } from "#views/components/confirm.tsx";
import { Button, Form } from "#views/components/form.tsx";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Time } from "#views/components/time.tsx";

export const Sessions = ({ sessions }: { sessions: SignedIn[] }) => (
  <section class="section" aria-labelledby="sessions-title">
    <h2 id="sessions-title">Where you are signed in</h2>
    <p class="lead">A browser that you do not know? Sign it out and change your password.</p>
    <Table caption="Where you are signed in" columns={["Browser", "Last seen", "Since", ""]}>
      {sessions.map((session) => (
        <Row key={session.id}>
          <Cell kind="title">
            <span title={session.userAgent ?? undefined}>{browserName(session.userAgent)}</span>{" "}
            {session.isCurrent && <Badge tone="accent">this one</Badge>}
          </Cell>
          <Cell label="Last seen">
            <Time at={session.lastSeenAt} />
          </Cell>
          <Cell label="Since">
            <Time at={session.since} />
          </Cell>
          <Cell kind="actions">
            {!session.isCurrent && (
              <Form
                action={`/account/sessions/${session.id}/end`}
                class="row-form"
                label={`Sign out ${browserName(session.userAgent)}`}
              >
                <Button tone="quiet">Sign out</Button>
              </Form>
            )}
          </Cell>
        </Row>
      ))}
    </Table>
    {sessions.length > 1 && (
      <div class="below-table">
        <Confirm
          id="end-others"
          label="Sign out everywhere else"
          title="Sign out everywhere else?"
          action="/account/sessions/end-others"
          verb="Sign out"
          opener="plain"
        >
          <p>Every browser but this one has to sign in again.</p>
        </Confirm>
      </div>
    )}
  </section>
);
