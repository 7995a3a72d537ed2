import { isDeepStrictEqual } from "node:util";
import type { OAuthSettings } from "#src/db/schema.ts";

type FoundOut = "clientId" | "tokenEndpointAuthMethod" | "scopes" | "scopeCeiling";

/** Every OAuth switch of a server as it works; null is what is found out by itself, or has no limit. */
export type OAuthSwitches = Required<Omit<OAuthSettings, FoundOut>> & {
  [Name in FoundOut]: Required<OAuthSettings>[Name] | null;
};

const defaults: OAuthSwitches = {
  clientId: null,
  tokenEndpointAuthMethod: null,
  scopes: null,
  scopeCeiling: null,
  sendResource: true,
  authorizationParameters: {},
  tokenParameters: {},
  allowMissingPkceMetadata: false,
};

export const withDefaults = (kept: OAuthSettings): OAuthSwitches => ({ ...defaults, ...kept });

/** What there is to be kept of them: whatever is as it would be anyhow, is not. */
export function withoutDefaults(switches: { [Name in keyof OAuthSettings]?: unknown }): OAuthSettings {
  const said = Object.entries(switches).filter(
    ([name, value]) =>
      value !== null &&
      value !== undefined &&
      !isDeepStrictEqual(value, defaults[name as keyof OAuthSwitches]),
  );
  // Each value still stands under the name that it came by.
  return Object.fromEntries(said) as OAuthSettings;
}
