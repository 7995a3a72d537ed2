import type { Access } from "#src/services/access.ts";
import type { WorkspaceMember } from "#src/services/members.ts";
import type { Refused } from "#views/components/form.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { AccessSettings } from "#views/servers/settings/access.tsx";
import { DangerSettings } from "#views/servers/settings/danger.tsx";
import { GeneralSettings } from "#views/servers/settings/general.tsx";
import { HeaderSettings } from "#views/servers/settings/header.tsx";
import { IssuerSettings } from "#views/servers/settings/issuer.tsx";
import { OAuthSettings } from "#views/servers/settings/oauth.tsx";

/** The forms of the page, each of which is refused by itself. */
export type SettingsForm = "general" | "header" | "oauth" | "access";

/** What stood in a field when the form was sent; undefined for a field that was not in it. */
type Typed = (name: string) => string | undefined;

export type SettingsProps = ServerFrame & {
  redirectUri: string;
  /** Null for whoever is no admin, who neither sees nor changes it. */
  access: Access | null;
  people: WorkspaceMember[];
  refused: { form: SettingsForm; why: Refused; typed: Typed } | null;
};

/** What was typed into one of the forms before it was refused, and why; nothing for the others. */
export const refusalOf = ({ refused }: Pick<SettingsProps, "refused">, form: SettingsForm) => ({
  why: refused?.form === form ? refused.why : null,
  typed: refused?.form === form ? refused.typed : nothingTyped,
});

const nothingTyped: Typed = () => undefined;

export const SettingsPage = (props: SettingsProps) => {
  const { server, isAdmin } = props;
  return (
    <ServerLayout {...props} tab="settings" title="Settings">
      {isAdmin && server.oauth?.otherIssuer && <IssuerSettings server={server} />}
      <GeneralSettings {...props} />
      {server.header && <HeaderSettings {...props} header={server.header} />}
      {isAdmin && server.authType === "oauth" && server.oauth && (
        <OAuthSettings {...props} oauth={server.oauth} />
      )}
      {props.access && <AccessSettings {...props} access={props.access} />}
      <DangerSettings server={server} isAdmin={isAdmin} />
    </ServerLayout>
  );
};
