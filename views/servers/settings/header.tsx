import { Field } from "#views/components/field.tsx";
import { Button, Form } from "#views/components/form.tsx";
import { serverPath } from "#views/servers/paths.ts";
import { refusalOf, type SettingsProps } from "#views/servers/settings/index.tsx";
import { Settings } from "#views/servers/settings/section.tsx";

type Props = SettingsProps & { header: { name: string; prefix: string } };

export const HeaderSettings = (props: Props) => {
  const { server, header } = props;
  const { why, typed } = refusalOf(props, "header");
  return (
    <Settings
      id="header"
      title="Key"
      about="Where each member’s own key is sent. The server’s documentation says which header it reads."
    >
      <Form action={`${serverPath(server, "settings")}/header`} refused={why}>
        <Field
          name="header.name"
          label="Header"
          value={typed("header.name") ?? header.name}
          maxLength={64}
          isCode
          refused={why}
        />
        <Field
          name="header.prefix"
          label="Before the key"
          value={typed("header.prefix") ?? header.prefix.trim()}
          maxLength={31}
          isCode
          isOptional
          hint="Such as Bearer. A space follows it."
          refused={why}
        />
        <Button tone="primary">Save key header</Button>
      </Form>
    </Settings>
  );
};
