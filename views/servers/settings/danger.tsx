import type { ComponentChildren } from "preact";
import type { WatchedServer } from "#src/services/servers/index.ts";
import { Confirm } from "#views/components/confirm.tsx";
import { Button, Form } from "#views/components/form.tsx";
import { counted } from "#views/servers/duration.ts";
import { serverPath } from "#views/servers/paths.ts";
import { Settings } from "#views/servers/settings/section.tsx";

/** Each says what it breaks before it does. */
export const DangerSettings = ({ server, isAdmin }: { server: WatchedServer; isAdmin: boolean }) => (
  <Settings id="danger" title="Disable and delete">
    <ul class="dangers">
      {server.state === "READY" && <OnOff server={server} />}
      {server.authType === "oauth" && <Clear server={server} />}
      {isAdmin && <Delete server={server} />}
    </ul>
  </Settings>
);

const OnOff = ({ server }: { server: WatchedServer }) =>
  server.enabled ? (
    <Danger title="Disable the server" about="Nobody’s calls reach it. Connections are kept for later.">
      <Confirm
        id="disable"
        label="Disable server"
        fullLabel={`Disable server ${server.name}`}
        opener="plain"
        title={`Disable ${server.name}?`}
        action={`${serverPath(server)}/disable`}
        verb="Disable server"
      >
        <p>{`Calls of ${whom(server)} are refused until it is enabled again. Connections are kept.`}</p>
      </Confirm>
    </Danger>
  ) : (
    <Danger title="Enable the server" about="Connections work again as they are.">
      <Form action={`${serverPath(server)}/enable`} class="inline">
        <Button>Enable server</Button>
      </Form>
    </Danger>
  );

const Clear = ({ server }: { server: WatchedServer }) => (
  <Danger
    title="Clear the registration"
    about="Forgets our OAuth client there and everybody’s tokens, and begins anew. For when it is stuck."
  >
    <Confirm
      id="clear"
      label="Clear registration"
      fullLabel={`Clear registration of ${server.name}`}
      opener="warning"
      title={`Clear the registration at ${server.name}?`}
      action={`${serverPath(server)}/clear`}
      verb="Clear registration"
    >
      <p>{losses(server)} The client that an admin entered is forgotten as well.</p>
    </Confirm>
  </Danger>
);

const Delete = ({ server }: { server: WatchedServer }) => (
  <Danger
    title="Delete the server"
    about="The server with everything that belongs to it. There is no way back."
  >
    <Confirm
      id="delete"
      label="Delete server"
      fullLabel={`Delete server ${server.name}`}
      opener="warning"
      title={`Delete ${server.name}?`}
      action={`${serverPath(server)}/delete`}
      verb="Delete server"
    >
      <p>{losses(server)}</p>
    </Confirm>
  </Danger>
);

/** `8 people lose their connection. Their tokens are revoked at Linear.` */
function losses({ memberCount, name, authType }: WatchedServer): string {
  if (memberCount === 0) return "Nobody is connected.";
  const whose = memberCount === 1 ? "The" : "Their";
  const tokens =
    authType === "oauth" ? ` ${whose} tokens are deleted here and revoked at ${name}, where it can.` : "";
  return `${counted(memberCount, "person loses", "people lose")} their connection.${tokens}`;
}

const whom = ({ memberCount }: WatchedServer): string =>
  memberCount === 0 ? "everybody" : counted(memberCount, "connected member");

const Danger = ({
  title,
  about,
  children,
}: {
  title: string;
  about: string;
  children: ComponentChildren;
}) => (
  <li class="danger">
    <div>
      <h3>{title}</h3>
      <p class="muted">{about}</p>
    </div>
    {children}
  </li>
);
