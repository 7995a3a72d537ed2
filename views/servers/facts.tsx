import type { ComponentChildren } from "preact";
import type { WatchedServer } from "#src/services/servers/index.ts";
import { OutsideLink } from "#views/components/link.tsx";
import { Short } from "#views/components/short.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";
import { hostOf } from "#views/servers/paths.ts";

/** From this revision on the protocol has no sessions; before, each server does as it likes. Revisions are dates, so text compares as they do. */
const firstModern = "2026-07-28";

export const Facts = ({ server }: { server: WatchedServer }) => (
  <section class="section" aria-labelledby="facts-title">
    <h2 id="facts-title">About it</h2>
    <dl class="facts">
      {server.description && (
        <Fact name="Description">
          <Text>{server.description}</Text>
        </Fact>
      )}
      <Fact name="Protocol">{protocolWords(server)}</Fact>
      <Fact name="Transport">{transportWords(server)}</Fact>
      <Fact name="Signs people in">
        <Text>{signInWords(server)}</Text>
      </Fact>
      <Fact name="May be used by">
        {server.access === "everyone" ? "everybody in the workspace" : "chosen members and admins"}
      </Fact>
      {server.serverInfo && (
        <Fact name="Calls itself">
          <Short>{server.serverInfo.title ?? server.serverInfo.name}</Short>{" "}
          <Short>{server.serverInfo.version}</Short>
          {server.serverInfo.websiteUrl && (
            <>
              {" · "}
              <OutsideLink href={server.serverInfo.websiteUrl} />
            </>
          )}
        </Fact>
      )}
      <Fact name="Added">
        <Time at={server.createdAt} />
      </Fact>
    </dl>
  </section>
);

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function protocolWords({ protocolVersion }: WatchedServer): string {
  if (protocolVersion === null) return "not known until it has answered";
  return protocolVersion >= firstModern
    ? `MCP ${protocolVersion}, without sessions`
    : `MCP ${protocolVersion}`;
}

function transportWords({ transport, protocolVersion }: WatchedServer): string {
  if (protocolVersion === null) return "not known until it has answered";
  return transport === "sse" ? "HTTP+SSE, which newer revisions have given up" : "Streamable HTTP";
}

function signInWords(server: WatchedServer): string {
  const { authType, issuer, protocolVersion } = server;
  if (authType === "api_key") return "by a key that each member gives";
  if (authType === "direct_auth")
    return protocolVersion === null ? "not known until it has answered" : "not at all";
  const place = issuer === null ? "by OAuth" : `by OAuth at ${hostOf(issuer)}`;
  const client = clientWords(server);
  return client === null ? place : `${place}; ${client}`;
}

/** How our client there comes to be. Until the issuer is known, nothing was done there. */
function clientWords({ registration, lacksClient, issuer }: WatchedServer): string | null {
  switch (registration) {
    case "client_id_metadata":
      return "it reads who we are from our own address";
    case "dynamic":
      return issuer === null ? "we can register there by ourselves" : "we registered there by ourselves";
    case "manual":
      return lacksClient
        ? "it wants a client that somebody registers there by hand, which is still missing"
        : "our client there was registered by hand";
    default:
      return null;
  }
}
