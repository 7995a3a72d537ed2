import type { AccountConnection } from "#src/services/account-connections.ts";
import type { LinkedIdentity } from "#src/services/identities.ts";
import type { SignedIn } from "#src/services/profile.ts";
import type { WayIn } from "#src/services/sign-in.ts";
import { Connections } from "#views/account/connections.tsx";
import { Identities } from "#views/account/identities.tsx";
import { Sessions } from "#views/account/sessions.tsx";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { NewPassword } from "#views/components/new-password.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Text } from "#views/components/text.tsx";
import { Layout, type Shell } from "#views/layout.tsx";

type Props = {
  shell: Shell;
  hasPassword: boolean;
  identities: LinkedIdentity[];
  ways: WayIn[];
  sessions: SignedIn[];
  connections: AccountConnection[];
  /** The form that was refused, and why. */
  refused?: { form: "profile" | "password" | "identities"; name: string; why: Refused };
};

export const AccountPage = ({
  shell,
  hasPassword,
  identities,
  ways,
  sessions,
  connections,
  refused,
}: Props) => (
  <Layout shell={shell} section="account" title="My account">
    <PageHead title="My account" lead={<Text>{shell.me.account.email}</Text>} />
    <Profile
      name={refused?.form === "profile" ? refused.name : shell.me.account.name}
      refused={refused?.form === "profile" ? refused.why : null}
    />
    <Password hasPassword={hasPassword} refused={refused?.form === "password" ? refused.why : null} />
    <Identities
      identities={identities}
      ways={ways}
      refused={refused?.form === "identities" ? refused.why : null}
    />
    <Connections connections={connections} />
    <Sessions sessions={sessions} />
  </Layout>
);

const Profile = ({ name, refused }: { name: string; refused: Refused }) => (
  <section class="section" aria-labelledby="profile-title">
    <h2 id="profile-title">Profile</h2>
    <p class="lead">How others see you, in every workspace.</p>
    <Form action="/account/profile" refused={refused} navigates>
      <Field name="name" label="Name" autoComplete="name" value={name} maxLength={80} refused={refused} />
      <Button>Change name</Button>
    </Form>
  </section>
);

const Password = ({ hasPassword, refused }: { hasPassword: boolean; refused: Refused }) => (
  <section class="section" aria-labelledby="password-title">
    <h2 id="password-title">Password</h2>
    <p class="lead">
      {hasPassword
        ? "Changing it signs out every other browser."
        : "You have none yet, and sign in through a provider."}
    </p>
    <Form action="/account/password" refused={refused}>
      {hasPassword && (
        <Field
          name="current"
          label="Current password"
          type="password"
          autoComplete="current-password"
          refused={refused}
        />
      )}
      <NewPassword label="New password" refused={refused} />
      <Button>{hasPassword ? "Change password" : "Set password"}</Button>
    </Form>
  </section>
);
