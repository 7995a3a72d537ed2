import type { Account } from "#src/services/context.ts";
import type { OpenInvitation } from "#src/services/invitations.ts";
import type { WayIn } from "#src/services/sign-in.ts";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { NewPassword } from "#views/components/new-password.tsx";
import { roles } from "#views/components/role.ts";
import { Text } from "#views/components/text.tsx";
import { WaysIn } from "#views/components/ways-in.tsx";
import { PlainLayout } from "#views/plain-layout.tsx";

type Props = {
  token: string;
  invitation: OpenInvitation;
  /** Who is signed in in this browser, if anybody is. */
  account: Account | null;
  /** To an account, beside a password. */
  ways: WayIn[];
  typed: { name: string; email: string };
  refused?: Refused;
};

/** Of this page. */
const pathOf = (token: string): string => `/invitations/${token}`;

export const AcceptPage = ({ token, invitation, account, ways, typed, refused = null }: Props) => (
  <PlainLayout title="Invitation">
    <h1>
      Join <Text>{invitation.workspaceName}</Text>
    </h1>
    <p class="lead">
      You are invited into this workspace as {roles[invitation.role].article}, who{" "}
      {roles[invitation.role].does}.
    </p>
    {account ? (
      <AsAccount token={token} account={account} refused={refused} />
    ) : (
      <AsNewcomer token={token} invitation={invitation} ways={ways} typed={typed} refused={refused} />
    )}
  </PlainLayout>
);

const AsAccount = ({
  token,
  account,
  refused,
}: Pick<Props, "token"> & { account: Account; refused: Refused }) => (
  <>
    <Form
      action={pathOf(token)}
      refused={
        refused && { ...refused, message: refused.message ?? refused.fields["email"] ?? null, fields: {} }
      }
      navigates
    >
      <input type="hidden" name="as" value="account" />
      <Button tone="primary">
        Join as <Text>{account.name}</Text>
      </Button>
    </Form>
    <p class="hint">
      You are signed in as <Text>{account.email}</Text>. To join as somebody else, sign out first.
    </p>
  </>
);

const AsNewcomer = ({
  token,
  invitation,
  ways,
  typed,
  refused,
}: Omit<Props, "account" | "refused"> & { refused: Refused }) => (
  <>
    <Form action={pathOf(token)} refused={refused} navigates>
      <Field
        name="name"
        label="Your name"
        autoComplete="name"
        value={typed.name}
        refused={refused}
        isFocused
      />
      <Field
        name="email"
        label="E-mail address"
        type="email"
        autoComplete="username"
        value={typed.email || (invitation.email ?? "")}
        hint={invitation.email && "The invitation was made for this address."}
        refused={refused}
      />
      <NewPassword refused={refused} />
      <Button tone="primary">Make an account and join</Button>
    </Form>
    <WaysIn ways={ways} verb="Join with" parameters={{ invitation: token }} />
    <p class="hint">
      You have an account? <a href={`/sign-in?return_to=${encodeURIComponent(pathOf(token))}`}>Sign in</a> and
      come back.
    </p>
  </>
);

/** One answer for a link that was used, has expired, was taken back or never was. */
export const NoInvitationPage = () => (
  <PlainLayout title="Invitation">
    <h1>This invitation does not work</h1>
    <p>
      It was used, has expired or was taken back, or a part of the link is missing. Ask whoever sent it for
      another.
    </p>
    <p>
      <a class="button" href="/">
        Go to your servers
      </a>
    </p>
  </PlainLayout>
);
