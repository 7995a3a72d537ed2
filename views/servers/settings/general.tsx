import { Field, Select, TextArea } from "#views/components/field.tsx";
import { Button, Form } from "#views/components/form.tsx";
import { serverPath } from "#views/servers/paths.ts";
import { refusalOf, type SettingsProps } from "#views/servers/settings/index.tsx";
import { Settings } from "#views/servers/settings/section.tsx";

export const signInOptions = [
  { value: "oauth", label: "OAuth: each member signs in there" },
  { value: "api_key", label: "A key: each member gives their own" },
  { value: "direct_auth", label: "Nothing: it asks nobody" },
];

export const GeneralSettings = (props: SettingsProps) => {
  const { server } = props;
  const { why, typed } = refusalOf(props, "general");
  return (
    <Settings id="general" title="Server">
      <Form action={serverPath(server, "settings")} refused={why}>
        <Field name="name" label="Name" value={typed("name") ?? server.name} maxLength={80} refused={why} />
        <TextArea
          name="description"
          label="Description"
          rows={2}
          value={typed("description") ?? server.description ?? ""}
          isOptional
          refused={why}
        />
        <Field
          name="url"
          label="URL"
          inputMode="url"
          value={typed("url") ?? server.url}
          isCode
          hint="On another host, the server is set up anew and everybody connects again."
          refused={why}
        />
        <Select
          name="authType"
          label="Signs people in by"
          options={signInOptions}
          value={typed("authType") ?? server.authType}
          hint="Found out by itself. If you change it, everybody connects again."
          refused={why}
        />
        <Button tone="primary">Save server</Button>
      </Form>
    </Settings>
  );
};
