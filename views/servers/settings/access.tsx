import type { Access } from "#src/services/access.ts";
import { Choices } from "#views/components/choices.tsx";
import { Button, Form } from "#views/components/form.tsx";
import { serverPath } from "#views/servers/paths.ts";
import { refusalOf, type SettingsProps } from "#views/servers/settings/index.tsx";
import { Settings } from "#views/servers/settings/section.tsx";

type Props = SettingsProps & { access: Access };

export const AccessSettings = (props: Props) => {
  const { server, access, people } = props;
  const { why } = refusalOf(props, "access");
  const listed = new Set(people.map(({ id }) => id));
  return (
    <Settings
      id="access"
      title="Who may use it"
      about="For everybody else it is not there. Whoever loses access loses the connection as well."
    >
      <Form action={`${serverPath(server, "settings")}/access`} refused={why}>
        <Choices
          kind="radio"
          name="access"
          label="It is there for"
          choices={accessChoices}
          chosen={[access.access]}
        />
        <div class="only-restricted">
          <Choices
            kind="checkbox"
            name="memberIds"
            label="Chosen members"
            choices={people.map(({ id, name, email }) => ({ value: String(id), label: name, hint: email }))}
            chosen={access.memberIds.map(String)}
          />
        </div>
        {access.memberIds
          .filter((id) => !listed.has(id))
          .map((id) => (
            <input key={id} type="hidden" name="memberIds" value={id} />
          ))}
        <Button tone="primary">Save who may use it</Button>
      </Form>
    </Settings>
  );
};

export const accessChoices = [
  { value: "everyone", label: "Everybody in the workspace" },
  { value: "restricted", label: "Chosen members only", hint: "And admins, who see every server." },
];
