import type { WatchedServer } from "#src/services/servers/index.ts";
import { Choices } from "#views/components/choices.tsx";
import { CopyField } from "#views/components/copy-field.tsx";
import { Field, Select, TextArea } from "#views/components/field.tsx";
import { Button, Form } from "#views/components/form.tsx";
import { serverPath } from "#views/servers/paths.ts";
import { refusalOf, type SettingsProps } from "#views/servers/settings/index.tsx";
import { Settings } from "#views/servers/settings/section.tsx";

type Props = SettingsProps & { oauth: NonNullable<WatchedServer["oauth"]> };

const methods = [
  { value: "", label: "As the server prefers" },
  { value: "client_secret_basic", label: "Secret in a header" },
  { value: "client_secret_post", label: "Secret in the body" },
  { value: "none", label: "No secret" },
];

/** Everything has a default that is right for most servers; what is set here is for the rest. */
export const OAuthSettings = (props: Props) => {
  const { server, oauth, redirectUri } = props;
  const { why, typed } = refusalOf(props, "oauth");
  const shown = (name: string, kept: string): string => typed(`oauth.${name}`) ?? kept;
  return (
    <Settings
      id="oauth"
      title="OAuth"
      about="Left empty, everything is found out by itself. Fill in what the server’s operator told you."
    >
      <Form action={`${serverPath(server, "settings")}/oauth`} refused={why}>
        <CopyField id="redirect-uri" label="Redirect URI, to register there" value={redirectUri} />
        <Field
          name="oauth.clientId"
          label="Client ID"
          value={shown("clientId", oauth.clientId ?? "")}
          isCode
          isOptional
          {...(oauth.clientId === null
            ? {}
            : { hint: "With another one everybody signs in anew, and a secret that is kept is forgotten." })}
          refused={why}
        />
        <Field
          name="oauth.clientSecret"
          label="Client secret"
          type="password"
          isOptional
          hint={oauth.hasClientSecret ? "One is kept. Leave this empty to keep it." : "None is kept."}
          refused={why}
        />
        <Select
          name="oauth.tokenEndpointAuthMethod"
          label="The client proves itself by"
          options={methods}
          value={shown("tokenEndpointAuthMethod", oauth.tokenEndpointAuthMethod ?? "")}
        />
        <Field
          name="oauth.scopes"
          label="Scopes to ask for"
          value={shown("scopes", oauth.scopes?.join(" ") ?? "")}
          isCode
          isOptional
          hint="Separated by spaces, instead of what was found out."
          refused={why}
        />
        <Field
          name="oauth.scopeCeiling"
          label="Scopes never to go beyond"
          value={shown("scopeCeiling", oauth.scopeCeiling?.join(" ") ?? "")}
          isCode
          isOptional
          refused={why}
        />
        <TextArea
          name="oauth.authorizationParameters"
          label="Further parameters of the sign-in"
          value={shown("authorizationParameters", linesOf(oauth.authorizationParameters))}
          rows={2}
          isCode
          isOptional
          hint="One per line, as name=value. Such as audience=https://api.example.com"
          refused={why}
        />
        <TextArea
          name="oauth.tokenParameters"
          label="Further parameters of token requests"
          value={shown("tokenParameters", linesOf(oauth.tokenParameters))}
          rows={2}
          isCode
          isOptional
          refused={why}
        />
        <Switches oauth={oauth} />
        <Button tone="primary">Save OAuth</Button>
      </Form>
    </Settings>
  );
};

const Switches = ({ oauth }: { oauth: Props["oauth"] }) => (
  <>
    <Choices
      kind="checkbox"
      name="oauth.sendResource"
      label="Resource"
      choices={[
        {
          value: "on",
          label: "Name this server in each request",
          hint: "Tokens then work here alone (RFC 8707). Some sign-ins refuse it: Entra does.",
        },
      ]}
      chosen={(oauth.sendResource ?? true) ? ["on"] : []}
    />
    <Choices
      kind="checkbox"
      name="oauth.allowMissingPkceMetadata"
      label="PKCE"
      choices={[
        {
          value: "on",
          label: "Go on where the metadata does not mention PKCE",
          hint: "It is sent all the same. Only for a sign-in that you know.",
        },
      ]}
      chosen={oauth.allowMissingPkceMetadata ? ["on"] : []}
    />
    {oauth.hasClientSecret && (
      <Choices
        kind="checkbox"
        name="oauth.forgetSecret"
        label="Kept secret"
        choices={[{ value: "on", label: "Forget the client secret" }]}
        chosen={[]}
      />
    )}
  </>
);

const linesOf = (parameters: Record<string, string> | undefined): string =>
  Object.entries(parameters ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
