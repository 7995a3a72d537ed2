import type { WayIn } from "#src/services/sign-in.ts";
import { Banner } from "#views/components/banner.tsx";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { WaysIn } from "#views/components/ways-in.tsx";
import { PlainLayout } from "#views/plain-layout.tsx";

type Props = {
  /** A path of ours to go to afterwards. */
  returnTo: string | null;
  /** Why somebody is asked who did not come by themselves. */
  why?: keyof typeof reasons | null;
  notice: string | null;
  /** Beside the password. */
  ways: WayIn[];
  email?: string;
  refused?: Refused;
};

const reasons = {
  expired: "You were signed out. Sign in to go on.",
  unsent:
    "You were signed out before what you sent arrived. Nothing was done with it. Sign in to go on, and send it again.",
};

export const SignInPage = ({ returnTo, why = null, notice, ways, email = "", refused = null }: Props) => (
  <PlainLayout title="Sign in" notice={notice}>
    <h1>Sign in</h1>
    {why && <Banner tone="info">{reasons[why]}</Banner>}
    <Form action="/sign-in" refused={refused} navigates>
      {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
      <Field
        name="email"
        label="E-mail address"
        type="email"
        autoComplete="username"
        value={email}
        refused={refused}
        isFocused={email === ""}
      />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        refused={refused}
        isFocused={email !== ""}
      />
      <Button tone="primary">Sign in</Button>
    </Form>
    <WaysIn ways={ways} parameters={{ return_to: returnTo }} />
    <p class="hint">New here? Somebody of the workspace can invite you.</p>
  </PlainLayout>
);
