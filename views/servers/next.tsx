import type { ComponentChildren } from "preact";
import type { WatchedServer } from "#src/services/servers/index.ts";
import { CopyField } from "#views/components/copy-field.tsx";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { Short } from "#views/components/short.tsx";
import { Message, Text } from "#views/components/text.tsx";
import { Busy } from "#views/servers/busy.tsx";
import { MoreAccess } from "#views/servers/more-access.tsx";
import { oobOf } from "#views/servers/out-of-band.ts";
import { authorizePath, hostOf, serverPath } from "#views/servers/paths.ts";

type Props = {
  server: WatchedServer;
  mayWrite: boolean;
  isAdmin: boolean;
  /** Where the server's authorization server is to send people back to. */
  redirectUri: string;
  refused?: Refused;
  outOfBand?: boolean;
};

/** What is to be done before this member can use the server, and the button that does it; empty where nothing is. */
export const NextPanel = (props: Props) => (
  <div id="next" {...oobOf(props.outOfBand ?? false)}>
    <Step {...props} />
  </div>
);

const Step = (props: Props) => {
  const { server, mayWrite } = props;
  if (!mayWrite)
    return server.connection === "not_connected" ? (
      <Panel title="You look on">
        <p>
          Viewers connect to nothing, so what the server offers is not shown to you. Ask an admin of the
          workspace for another role.
        </p>
      </Panel>
    ) : null;
  if (server.status === "disabled") return <Disabled server={server} />;
  if (server.lacksClient) return <RegisterByHand {...props} />;
  switch (server.need) {
    case null:
      return server.status === "needs_set_up" ? <Paused /> : null;
    case "accept_issuer":
      return <IssuerChanged server={server} />;
    case "mend_oauth":
      return <RefusesToRenew server={server} />;
    case "set_up":
      return <SetUp {...props} />;
    case "sign_in":
      return (
        <SignIn server={server}>
          Nobody has signed in at <Short>{server.name}</Short> yet. Be the first.
        </SignIn>
      );
    case "more_access":
      return (
        <SignIn server={server}>
          <MoreAccess server={server} />
        </SignIn>
      );
    case "reconnect":
      return <Again {...props} />;
    case "connect":
      return <First {...props} />;
  }
};

const First = (props: Props) => {
  const { server } = props;
  if (server.authType === "oauth")
    return (
      <SignIn server={server}>
        <Short>{server.name}</Short> wants to know who you are.
      </SignIn>
    );
  if (server.authType === "api_key") return <GiveKey {...props} />;
  return (
    <Panel
      title={
        <>
          Connect to <Short>{server.name}</Short>
        </>
      }
    >
      <p>It asks for no sign-in. You are noted as somebody who uses it, and nothing is sent there.</p>
      <Form action={`${serverPath(server)}/connect`} refused={props.refused ?? null}>
        <Button tone="primary">Connect</Button>
      </Form>
    </Panel>
  );
};

const Again = (props: Props) =>
  props.server.authType === "oauth" ? (
    <SignIn server={props.server} why={props.server.ending}>
      <Short>{props.server.name}</Short> asks you to sign in again.
    </SignIn>
  ) : (
    <GiveKey {...props} />
  );

type SignInProps = { server: WatchedServer; why?: string | null; children: ComponentChildren };

const SignIn = ({ server, why = null, children }: SignInProps) => (
  <Panel title={children}>
    {why !== null && (
      <p>
        <Message>{why}</Message>
      </p>
    )}
    <p>You go to its own sign-in and come back here. We never see your password.</p>
    <p>
      <a class="button button-primary" href={authorizePath(server)}>
        Sign in to <Short room="row">{server.name}</Short>
      </a>
    </p>
  </Panel>
);

const GiveKey = ({ server, refused = null }: Props) => (
  <Panel
    title={
      <>
        <Short>{server.name}</Short> asks for a key of yours
      </>
    }
  >
    <p>
      You find it in your account at <Short>{hostOf(server.url)}</Short>. It is tried first, then kept sealed
      {server.header && (
        <>
          {" "}
          and sent as <code>{`${server.header.name}: ${server.header.prefix}…`}</code>
        </>
      )}
      . Nobody sees it again, you neither.
    </p>
    <Form action={`${serverPath(server)}/connect`} refused={refused}>
      <Field name="secret" label="Key" type="password" refused={refused} autoComplete="off" />
      <Button tone="primary">Connect</Button>
      <Busy words="Trying the key…" />
    </Form>
  </Panel>
);

const SetUp = ({ server, refused = null }: Props) => (
  <Panel
    title={
      <>
        <Short>{server.name}</Short> is not set up yet
      </>
    }
  >
    <p>
      {server.lastTest?.success === false ? (
        <Message>{`The last try failed: ${server.lastTest.message ?? "the server did not answer."}`}</Message>
      ) : (
        "Switchyard has not reached it yet."
      )}{" "}
      Once it answers, everything else is found out by itself.
    </p>
    <Form action={`${serverPath(server)}/enable`} refused={refused}>
      <Button tone="primary">Set up</Button>
      <Busy words="Reaching the server…" />
    </Form>
  </Panel>
);

/** The one thing that discovery cannot do for anybody. */
const RegisterByHand = ({
  server,
  isAdmin,
  redirectUri,
  refused = null,
}: Pick<Props, "server" | "isAdmin" | "redirectUri" | "refused">) => (
  <Panel
    title={
      <>
        <Short>{server.name}</Short> wants to know Switchyard first
      </>
    }
  >
    <p>
      Its sign-in takes only programs that somebody registered there by hand. Register an OAuth client with
      this redirect URI, and enter what you are given.
    </p>
    <CopyField id="redirect-uri" label="Redirect URI" value={redirectUri} />
    {isAdmin ? (
      <Form action={`${serverPath(server)}/client`} refused={refused}>
        <Field name="clientId" label="Client ID" isCode refused={refused} />
        <Field name="clientSecret" label="Client secret" type="password" isOptional refused={refused} />
        <Button tone="primary">Save and sign in</Button>
      </Form>
    ) : (
      <p class="muted">An admin of the workspace can enter them.</p>
    )}
  </Panel>
);

const Disabled = ({ server }: { server: WatchedServer }) => (
  <Panel
    title={
      <>
        <Short>{server.name}</Short> is disabled
      </>
    }
  >
    <p>Nobody’s calls reach it. Connections are kept, and work again once it is enabled.</p>
    <Form action={`${serverPath(server)}/enable`}>
      <Button tone="primary">Enable</Button>
    </Form>
  </Panel>
);

const IssuerChanged = ({ server }: { server: WatchedServer }) => (
  <Panel
    title={
      <>
        <Short>{server.name}</Short> names another sign-in than before
      </>
    }
  >
    <p>
      Members’ tokens came from <Text>{server.oauth?.issuer ?? "another issuer"}</Text>. Now it names{" "}
      <Text>{server.oauth?.otherIssuer ?? "another one"}</Text>. Nothing is sent to either until an admin has
      looked.
    </p>
    <p>
      <a class="button button-primary" href={`${serverPath(server, "settings")}#issuer`}>
        Look at it
      </a>
    </p>
  </Panel>
);

const RefusesToRenew = ({ server }: { server: WatchedServer }) => (
  <Panel title={<Text>{`${server.name} refuses to renew sign-ins`}</Text>}>
    <p>
      Its authorization server answers <code>{server.refusal}</code>. Nobody is disconnected, but calls fail
      once members’ tokens end. Compare the OAuth settings with what its operator says.
    </p>
    <p>
      <a class="button button-primary" href={`${serverPath(server, "settings")}#oauth`}>
        Look at the settings
      </a>
    </p>
  </Panel>
);

const Paused = () => (
  <Panel title="Paused until an admin has looked">
    <p>The server names another sign-in than before. Nothing is sent there meanwhile; you lose nothing.</p>
  </Panel>
);

const Panel = ({ title, children }: { title: ComponentChildren; children: ComponentChildren }) => (
  <section class="card next-panel" aria-labelledby="next-title">
    <h2 id="next-title">{title}</h2>
    {children}
  </section>
);
