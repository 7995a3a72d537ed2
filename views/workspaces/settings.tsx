import { CopyField } from "#views/components/copy-field.tsx";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Layout, type Shell } from "#views/layout.tsx";

type Props = { shell: Shell; workspace: { uuid: string; name: string }; refused?: Refused };

export const SettingsPage = ({ shell, workspace, refused = null }: Props) => (
  <Layout shell={shell} section="settings" title="Settings">
    <PageHead title="Settings" lead="Of the workspace, for everybody in it." />
    <Form action={`/w/${workspace.uuid}/settings`} refused={refused} navigates>
      <Field
        name="name"
        label="Name of the workspace"
        value={workspace.name}
        maxLength={80}
        refused={refused}
      />
      <Button tone="primary">Rename</Button>
    </Form>
    <section class="section form">
      <CopyField id="workspace-uuid" label="Workspace id, for the API" value={workspace.uuid} />
    </section>
  </Layout>
);
