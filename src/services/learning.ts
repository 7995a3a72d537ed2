import { learn } from "#src/db/servers.ts";
import type { Connection } from "#src/mcp/connect.ts";
import type { Target } from "#src/mcp/target.ts";
import { announce } from "#src/services/changes.ts";
import type { Deps } from "#src/services/context.ts";

/**
 * Keeps what a new connection says of its server, where the server speaks otherwise than when it was last asked: the next
 * connection then begins with what it speaks now. Nobody waits for it.
 */
export function learnFrom(
  { db, log }: Pick<Deps, "db" | "log">,
  target: Target,
  connection: Connection,
): void {
  const { transport, protocolVersion, serverInfo, instructions } = connection;
  if (transport === target.known.transport && protocolVersion === target.known.protocolVersion) return;
  const server = { workspaceId: target.workspaceId, id: target.serverId, url: target.url };
  learn(db, server, { transport, protocolVersion, serverInfo, instructions })
    .then(() => announce({ db }, server))
    .catch((error: unknown) =>
      log.warn({ serverId: server.id, error }, "what a server speaks now is not kept"),
    );
}
