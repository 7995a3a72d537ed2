import type { LastTest, ServerView } from "#src/db/servers.ts";
import type { AuthType, Ctx } from "#src/services/context.ts";
import { iconUrl } from "#src/services/icons.ts";
import { isAdmin } from "#src/services/scopes.ts";
import { type OAuthSwitches, withDefaults } from "#src/services/servers/oauth-settings.ts";

/** A server as one member sees it: `connection` is that member's own. */
export type McpServer = {
  id: number;
  appUuid: string;
  workspaceUuid: string;
  name: string;
  description: string | null;
  url: string;
  transport: "streamable_http" | "sse";
  protocolVersion: string | null;
  authType: AuthType;
  state: "REGISTER" | "AUTHORIZE" | "READY";
  enabled: boolean;
  registration: "client_id_metadata" | "dynamic" | "manual" | null;
  iconUrl: string;
  serverInfo: { name: string; version: string; title?: string; websiteUrl?: string } | null;
  instructions: string | null;
  connection: "connected" | "expired" | "not_connected";
  memberCount: number;
  access: "everyone" | "restricted";
  lastTest: Partial<LastTest> | null;
  /** For admins of `api_key` servers: the header that carries a member's secret. */
  header?: { name: string; prefix: string };
  /** For admins: every OAuth switch, and whether a client secret is kept. */
  oauth?: OAuthSwitches & { issuer: string | null; otherIssuer: string | null; hasClientSecret: boolean };
  createdAt: string;
  updatedAt: string;
};

/** Names each field: a new column stays private until somebody decides otherwise. */
export function present(
  ctx: Ctx,
  { server, connection, iconVersion, memberCount, lastTest }: ServerView,
): McpServer {
  return {
    id: server.id,
    appUuid: server.appUuid,
    workspaceUuid: server.workspaceId,
    name: server.name,
    description: server.description,
    url: server.url,
    transport: server.transport,
    protocolVersion: server.protocolVersion,
    authType: server.authType,
    state: server.state,
    enabled: server.enabled,
    registration: server.registration,
    iconUrl: iconUrl(ctx, { ...server, iconVersion: iconVersion ?? 0 }),
    serverInfo: server.serverInfo && presentServerInfo(server.serverInfo),
    instructions: server.instructions,
    connection: connection ?? "not_connected",
    memberCount,
    access: server.access,
    lastTest: lastTest && presentTest(lastTest),
    ...(server.authType === "api_key" && isAdmin(ctx)
      ? { header: { name: server.headerName, prefix: server.headerPrefix } }
      : {}),
    ...(isAdmin(ctx)
      ? {
          oauth: {
            ...withDefaults(server.oauth),
            issuer: server.issuer,
            otherIssuer: server.otherIssuer,
            hasClientSecret: server.oauthSecret !== null,
          },
        }
      : {}),
    createdAt: server.createdAt.toISOString(),
    updatedAt: server.updatedAt.toISOString(),
  };
}

const presentServerInfo = ({
  name,
  version,
  title,
  websiteUrl,
}: NonNullable<ServerView["server"]["serverInfo"]>) => ({
  name,
  version,
  ...(title === undefined ? {} : { title }),
  ...(websiteUrl === undefined ? {} : { websiteUrl }),
});

const presentTest = ({ success, latencyMs, testedAt, stage, message }: LastTest): Partial<LastTest> => ({
  success,
  latencyMs,
  testedAt,
  ...(stage === null ? {} : { stage }),
  ...(message === null ? {} : { message }),
});
