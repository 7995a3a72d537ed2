import type { WatchedServer } from "#src/services/servers/index.ts";
import { Confirm } from "#views/components/confirm.tsx";
import { serverPath } from "#views/servers/paths.ts";

type Props = {
  /** Unique on the page. */
  id: string;
  server: Pick<WatchedServer, "id" | "workspaceUuid" | "name" | "authType">;
  /** A path of ours to come back to; the server's own where there is none. */
  returnTo?: string;
};

/** Ends one's own connection, after it was said what that breaks. */
export const Disconnect = ({ id, server, returnTo }: Props) => (
  <Confirm
    id={id}
    label="Disconnect"
    fullLabel={`Disconnect from ${server.name}`}
    title={`Disconnect from ${server.name}?`}
    action={`${serverPath(server)}/disconnect`}
    verb="Disconnect"
  >
    {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
    <p>
      Calls in your name end. <Farewell authType={server.authType} />
    </p>
  </Confirm>
);

const Farewell = ({ authType }: Pick<WatchedServer, "authType">) => {
  if (authType === "oauth") return <>Your tokens are deleted here and revoked there, where the server can.</>;
  if (authType === "api_key") return <>Your key is deleted here; there it stays valid until you delete it.</>;
  return <>Nothing was kept of you there.</>;
};
