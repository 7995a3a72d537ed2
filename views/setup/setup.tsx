import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { NewPassword } from "#views/components/new-password.tsx";
import { PlainLayout } from "#views/plain-layout.tsx";

type Props = {
  /** As it came with the link; empty where the page was opened without. */
  token: string;
  typed: { workspaceName: string; name: string; email: string };
  refused?: Refused;
};

export const SetUpPage = ({ token, typed, refused = null }: Props) => {
  const hasToken = token !== "" && !refused?.message;
  return (
    <PlainLayout title="Set up">
      <h1>Set up Switchyard</h1>
      <p class="lead">Make your account and the first workspace. You will own it, and can invite others.</p>
      <Form action="/setup" refused={refused} navigates>
        {hasToken ? <input type="hidden" name="token" value={token} /> : <TokenField token={token} />}
        <Field
          name="workspaceName"
          label="Name of the workspace"
          hint="Your team or company, for example."
          value={typed.workspaceName}
          refused={refused}
          isFocused={hasToken}
        />
        <Field name="name" label="Your name" autoComplete="name" value={typed.name} refused={refused} />
        <Field
          name="email"
          label="E-mail address"
          type="email"
          autoComplete="username"
          value={typed.email}
          refused={refused}
        />
        <NewPassword refused={refused} />
        <Button tone="primary">Set up</Button>
      </Form>
    </PlainLayout>
  );
};

const TokenField = ({ token }: { token: string }) => (
  <Field
    name="token"
    label="Set-up token"
    hint="It is printed with the link where Switchyard was started."
    value={token}
    isCode
    isFocused
  />
);
