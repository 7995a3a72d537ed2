import type { LinkedIdentity } from "#src/services/identities.ts";
import type { WayIn } from "#src/services/sign-in.ts";
import { Banner } from "#views/components/banner.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { RequestId } from "#views/components/request-id.tsx";
import { Cell, Row, Table } from "#views/components/table.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";
import { WaysIn } from "#views/components/ways-in.tsx";

type Props = { identities: LinkedIdentity[]; ways: WayIn[]; refused: Refused };

/** Beside the password; nothing at all where the operator offers nothing and the account has nothing. */
export const Identities = ({ identities, ways, refused }: Props) =>
  identities.length === 0 && ways.length === 0 ? null : (
    <section class="section" aria-labelledby="identities-title">
      <h2 id="identities-title">Other ways to sign in</h2>
      {refused?.message && (
        <Banner tone="bad">
          <p>{refused.message}</p>
          <RequestId id={refused.requestId} />
        </Banner>
      )}
      {identities.length === 0 ? (
        <p class="lead">Add one, and sign in without your password.</p>
      ) : (
        <Table caption="Other ways to sign in" columns={["With", "As", "Since", ""]}>
          {identities.map((identity) => (
            <IdentityRow
              key={`${identity.provider} ${identity.subject}`}
              identity={identity}
              name={ways.find(({ id }) => id === identity.provider)?.name ?? identity.provider}
            />
          ))}
        </Table>
      )}
      <WaysIn ways={ways} verb="Add" parameters={{ link: "true" }} />
    </section>
  );

const IdentityRow = ({ identity, name }: { identity: LinkedIdentity; name: string }) => (
  <Row>
    <Cell kind="title">
      <Text>{name}</Text>
    </Cell>
    <Cell label="As">
      {identity.email === null ? <span class="muted">Unknown</span> : <Text>{identity.email}</Text>}
    </Cell>
    <Cell label="Since">
      <Time at={identity.since} />
    </Cell>
    <Cell kind="actions">
      <Form action="/account/identities/remove" class="row-form" label={`Remove ${name}`}>
        <input type="hidden" name="provider" value={identity.provider} />
        <input type="hidden" name="subject" value={identity.subject} />
        <Button tone="quiet">Remove</Button>
      </Form>
    </Cell>
  </Row>
);
