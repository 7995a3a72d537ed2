import type { Scope } from "#src/services/context.ts";
import { scopes } from "#views/api-keys/scope.ts";
import { Choices } from "#views/components/choices.tsx";
import { Field, Select } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Layout, type Shell } from "#views/layout.tsx";

type Props = {
  shell: Shell;
  path: string;
  /** What the member holds, and so can give. */
  held: Scope[];
  typed: { name: string; scope: string; expiresInDays: string };
  refused?: Refused;
};

export const lifetimes = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "No end" },
];

export const NewApiKeyPage = ({ shell, path, held, typed, refused = null }: Props) => (
  <Layout shell={shell} section="api-keys" title="New key">
    <PageHead
      title="New API key"
      lead="It never gives more than you hold yourself, and less when your role shrinks."
    />
    <Form action={`${path}/new`} refused={refused}>
      <Field
        name="name"
        label="Name"
        hint="What will use it, such as “Nightly report”."
        value={typed.name}
        maxLength={80}
        refused={refused}
        isFocused
      />
      <Choices
        kind="radio"
        name="scope"
        label="It may"
        choices={held.map((scope) => ({
          value: scope,
          label: scopes[scope].name,
          hint: scopes[scope].power,
          code: scope,
        }))}
        chosen={[typed.scope]}
        refused={refused}
      />
      <Select
        name="expiresInDays"
        label="It works for"
        options={lifetimes}
        value={typed.expiresInDays}
        refused={refused}
      />
      <div class="form-actions">
        <Button tone="primary">Make key</Button>
        <a class="button button-quiet" href={path}>
          Cancel
        </a>
      </div>
    </Form>
  </Layout>
);
