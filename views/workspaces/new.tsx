import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Layout, type Shell } from "#views/layout.tsx";

type Props = { shell: Shell; name?: string; refused?: Refused };

export const NewWorkspacePage = ({ shell, name = "", refused = null }: Props) => (
  <Layout shell={shell} section="workspaces" title="New workspace">
    <PageHead
      title="New workspace"
      lead={
        shell.workspace
          ? "Servers, members and keys of its own. You will own it."
          : "You are in no workspace. Make one, or ask somebody to invite you into theirs."
      }
    />
    <Form action="/workspaces/new" refused={refused} navigates>
      <Field name="name" label="Name" value={name} maxLength={80} refused={refused} isFocused />
      <Button tone="primary">Make workspace</Button>
    </Form>
  </Layout>
);
