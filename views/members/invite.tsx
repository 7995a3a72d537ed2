import type { Member } from "#src/services/context.ts";
import { Choices } from "#views/components/choices.tsx";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { roleChoices } from "#views/components/role.ts";
import { Layout, type Shell } from "#views/layout.tsx";

type Props = { shell: Shell; self: Member; typed: { email: string; role: string }; refused?: Refused };

export const InvitePage = ({ shell, self, typed, refused = null }: Props) => (
  <Layout shell={shell} section="members" title="Invite">
    <PageHead title="Invite somebody" lead="You get a link to give them. Switchyard sends no e-mail." />
    <Form action={`/w/${self.workspaceId}/members/invite`} refused={refused}>
      <Choices
        kind="radio"
        name="role"
        label="Role"
        choices={roleChoices(self.role)}
        chosen={[typed.role]}
        refused={refused}
      />
      <Field
        name="email"
        label="E-mail address"
        type="email"
        value={typed.email}
        hint="Only somebody with this address can accept then. Without one, whoever has the link can."
        refused={refused}
        isOptional
      />
      <div class="form-actions">
        <Button tone="primary">Make invitation</Button>
        <a class="button button-quiet" href={`/w/${self.workspaceId}/members`}>
          Cancel
        </a>
      </div>
    </Form>
  </Layout>
);
