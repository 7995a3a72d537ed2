import type { Need, WatchedServer } from "#src/services/servers/index.ts";
import { Button, Form } from "#views/components/form.tsx";
import { authorizePath, serverPath } from "#views/servers/paths.ts";

/** What a need is called on the button that meets it. */
export const needVerbs: Record<Need, string> = {
  set_up: "Set up",
  accept_issuer: "Look",
  mend_oauth: "Look",
  sign_in: "Connect",
  connect: "Connect",
  reconnect: "Reconnect",
  more_access: "Give access",
};

/**
 * The one action that mends what a server wants of whoever looks. A sign-in is a link, as it leads to another site; what
 * needs typing leads to where it is typed.
 *
 * @param returnTo - where to come back to after a sign-in
 */
export const NextStep = ({
  server,
  tone = "plain",
  returnTo,
}: {
  server: WatchedServer;
  tone?: "plain" | "primary";
  returnTo?: string;
}) => {
  const { need } = server;
  if (need === null) return null;
  const label = `${needVerbs[need]} ${server.name}`;
  const connects = need !== "set_up" && need !== "accept_issuer" && need !== "mend_oauth";
  if (connects && server.authType === "direct_auth")
    return (
      <Form action={`${serverPath(server)}/connect`} class="inline">
        {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
        <Button tone={tone} aria-label={label}>
          {needVerbs[need]}
        </Button>
      </Form>
    );
  return (
    <a
      class={`button button-${tone}`}
      href={connects && server.authType === "oauth" ? authorizePath(server, returnTo) : stepPath(server)}
      aria-label={label}
    >
      {needVerbs[need]}
    </a>
  );
};

function stepPath(server: WatchedServer): string {
  if (server.need === "accept_issuer") return `${serverPath(server, "settings")}#issuer`;
  if (server.need === "mend_oauth") return `${serverPath(server, "settings")}#oauth`;
  return `${serverPath(server)}#next`;
}
