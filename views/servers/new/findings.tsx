import type { ComponentChildren } from "preact";
import type { OAuthDiscovery } from "#src/services/oauth-discovery.ts";
import { Status, type Tone } from "#views/components/status.tsx";
import { Text } from "#views/components/text.tsx";
import { counted } from "#views/servers/duration.ts";
import { hostOf } from "#views/servers/paths.ts";

/** What a look at a server told, in plain words; what is left to do is amber. */
export const Findings = ({ found }: { found: OAuthDiscovery }) => (
  <ul class="findings">
    <Finding tone="ok">{greeting(found)}</Finding>
    {found.authType === "direct_auth" && <Finding tone="ok">It asks nobody to sign in.</Finding>}
    {found.authType === "api_key" && (
      <Finding tone="warn">
        It wants a key, and does not say where it goes. Most take it as <code>Authorization: Bearer …</code>
      </Finding>
    )}
    {found.authType === "oauth" && (
      <>
        <Finding tone="ok">
          It wants everybody to sign in, at{" "}
          <Text>{hostOf(found.authorizationServer?.issuer ?? found.url)}</Text>.
        </Finding>
        <Registration found={found} />
        {found.scopes.length > 0 && (
          <Finding tone="ok">
            It will ask each member for {counted(found.scopes.length, "permission")}:{" "}
            <span class="muted">
              <Text>{found.scopes.slice(0, 12).join(", ").slice(0, 300)}</Text>
            </span>
          </Finding>
        )}
      </>
    )}
    {found.warnings
      .filter(({ code }) => !forDevelopers.has(code))
      .map(({ code, message }) => (
        <Finding key={code} tone="warn">
          <Text>{message}</Text>
        </Finding>
      ))}
  </ul>
);

/** Nothing that anybody could do something about here. */
const forDevelopers = new Set(["dcr_deprecated"]);

const Registration = ({ found: { registration } }: { found: OAuthDiscovery }) => {
  switch (registration) {
    case "client_id_metadata":
      return (
        <Finding tone="ok">It reads who we are from our own address. Nothing is to be registered.</Finding>
      );
    case "dynamic":
      return <Finding tone="ok">We can register there by ourselves.</Finding>;
    default:
      return (
        <Finding tone="warn">
          It takes only clients that somebody registered there by hand. You get the redirect URI for that in
          the next step.
        </Finding>
      );
  }
};

const Finding = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <li>
    <Status tone={tone} word="" />
    <span>{children}</span>
  </li>
);

function greeting({ protocolVersion, serverInfo }: OAuthDiscovery): string {
  const { name, title } = (serverInfo ?? {}) as { name?: string; title?: string };
  const who = title ?? name;
  return `It answers${protocolVersion ? `, and speaks MCP ${protocolVersion}` : ""}.${who ? ` It calls itself ${who}.` : ""}`;
}
