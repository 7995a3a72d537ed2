import type { ErrorCode } from "#src/errors.ts";
import type { WatchedServer } from "#src/services/servers/index.ts";
import { Banner } from "#views/components/banner.tsx";
import { Button, Form } from "#views/components/form.tsx";
import { RequestId } from "#views/components/request-id.tsx";
import { Short } from "#views/components/short.tsx";
import { Message } from "#views/components/text.tsx";
import { MoreAccess } from "#views/servers/more-access.tsx";
import { NextStep } from "#views/servers/next-step.tsx";
import { serverPath } from "#views/servers/paths.ts";

/** What kept a page from showing what it is for. `message` is the service's own. */
export type Trouble = { code: ErrorCode; message: string; requestId: string };

type Props = {
  server: WatchedServer;
  mayWrite: boolean;
  trouble: Trouble;
  /** The page's own address, to be tried again. */
  here: string;
};

/** What happened, what it means, what to do about it with a button that does it, and the request's id. */
export const TroubleNote = (props: Props) => (
  <Banner tone={props.trouble.code === "member_auth_required" ? "warn" : "bad"}>
    <p>
      <Words {...props} />
    </p>
    <p class="trouble-next">
      <Remedy {...props} />
    </p>
    <RequestId id={props.trouble.requestId} />
  </Banner>
);

const Words = ({ server, mayWrite, trouble }: Props) => {
  const { need, connection, ending } = server;
  const name = <Short>{server.name}</Short>;
  switch (trouble.code) {
    case "member_auth_required":
      if (!mayWrite)
        return (
          <>
            You are not connected to {name}, and viewers connect to nothing. So what it offers is not shown to
            you. Ask an admin of the workspace for another role.
          </>
        );
      if (need === "more_access") return <MoreAccess server={server} />;
      if (connection !== "expired") return <>{name} answers you once you are connected.</>;
      return ending === null ? <>{name} asks you to connect again.</> : <Message>{ending}</Message>;
    case "server_not_ready":
      return <>{name} is not set up yet.</>;
    case "server_disabled":
      return <>{name} is disabled. Nobody’s calls reach it.</>;
    default:
      return <Message>{trouble.message}</Message>;
  }
};

const Remedy = ({ server, mayWrite, trouble, here }: Props) => {
  switch (trouble.code) {
    case "member_auth_required":
    case "server_not_ready":
      if (!mayWrite) return <a href={serverPath(server)}>See how the server does</a>;
      return <NextStep server={server} tone="primary" returnTo={here} />;
    case "server_disabled":
      return mayWrite ? (
        <Form action={`${serverPath(server)}/enable`} class="inline">
          <Button>Enable</Button>
        </Form>
      ) : null;
    case "issuer_changed":
      return server.need === "accept_issuer" ? (
        <NextStep server={server} tone="primary" />
      ) : (
        <>Ask an admin of the workspace to look at it.</>
      );
    case "invalid":
    case "not_found":
      return null;
    default:
      return (
        <>
          <a class="button" href={here}>
            Try again
          </a>
          <a href={serverPath(server)}>See how the server does</a>
        </>
      );
  }
};
