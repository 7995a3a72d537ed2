import { invalid } from "#src/errors.ts";
import type { SentForm } from "#src/http/page-form.ts";
import { withScheme } from "#src/lib/url.ts";
import type { AuthType } from "#src/services/context.ts";
import type { ServerInput } from "#src/services/servers/index.ts";
import { isLoopback } from "#src/settings/addresses.ts";
import type { Settings } from "#src/settings.ts";

/*
 * What the forms about servers say, as services take it. Lengths are those of the API.
 */

type OAuth = NonNullable<ServerInput["oauth"]>;
type SetAccess = { access: "everyone" | "restricted"; memberIds: number[] };

const maxDescriptionChars = 2_000;

/** As people say it: also without a scheme, which the API asks for. */
export const urlIn = (form: SentForm, { allowLoopback }: Settings): string =>
  withScheme(form.text("url"), (host) => allowLoopback && isLoopback(host.replace(/^\[(.*)\]$/, "$1")));

export function generalIn(form: SentForm, settings: Settings): ServerInput {
  return {
    name: form.text("name"),
    description: atMost(form.text("description"), maxDescriptionChars, "/description"),
    url: urlIn(form, settings),
    authType: authTypeIn(form.text("authType")),
  };
}

/** The prefix is written without the space that stands between it and the key. */
export const headerIn = (form: SentForm): NonNullable<ServerInput["header"]> => ({
  name: form.text("header.name").trim(),
  prefix: form.text("header.prefix").trim() === "" ? "" : `${form.text("header.prefix").trim()} `,
});

/** A blank secret keeps the old one; everything else that is blank goes back to the default. */
export function oauthIn(form: SentForm): OAuth {
  const clientId = atMost(form.text("oauth.clientId").trim(), 2_048, "/oauth/clientId");
  const clientSecret = atMost(form.text("oauth.clientSecret").trim(), 4_096, "/oauth/clientSecret");
  return {
    clientId: clientId || null,
    ...(form.has("oauth.forgetSecret") ? { clientSecret: null } : clientSecret ? { clientSecret } : {}),
    tokenEndpointAuthMethod: methodIn(form.text("oauth.tokenEndpointAuthMethod")),
    scopes: wordsIn(form, "oauth.scopes"),
    scopeCeiling: wordsIn(form, "oauth.scopeCeiling"),
    sendResource: form.has("oauth.sendResource") ? null : false,
    authorizationParameters: parametersIn(form, "authorizationParameters"),
    tokenParameters: parametersIn(form, "tokenParameters"),
    allowMissingPkceMetadata: form.has("oauth.allowMissingPkceMetadata") ? true : null,
  };
}

/** The client alone, as it is asked for where nothing else is missing. */
export function clientIn(form: SentForm): OAuth {
  const clientId = atMost(form.text("clientId").trim(), 2_048, "/clientId");
  if (clientId === "") throw invalid("/clientId", "Enter the client ID that you were given.");
  const clientSecret = atMost(form.text("clientSecret").trim(), 4_096, "/clientSecret");
  return { clientId, ...(clientSecret ? { clientSecret } : {}) };
}

/** Who may use a server. @param idOf - reads an id as its form sends it */
export const accessIn = (form: SentForm, idOf: (text: string) => number): SetAccess => ({
  access: form.text("access") === "restricted" ? "restricted" : "everyone",
  memberIds: form.all("memberIds").map(idOf),
});

/** As it travels in a header (RFC 9110 §5.5). An empty one is none. */
export function secretIn(text: string): string | null {
  const secret = text.trim();
  if (secret === "") return null;
  if (!/^[\x20-\x7e]{1,8192}$/.test(secret))
    throw invalid("/secret", "A key is one line of letters, digits and signs, without umlauts and the like.");
  return secret;
}

function authTypeIn(text: string): AuthType {
  if (text === "oauth" || text === "api_key" || text === "direct_auth") return text;
  throw invalid("/authType", "Choose one of the list.");
}

function methodIn(text: string): "none" | "client_secret_basic" | "client_secret_post" | null {
  if (text === "none" || text === "client_secret_basic" || text === "client_secret_post") return text;
  return null;
}

function wordsIn(form: SentForm, name: string): string[] | null {
  const words = form.text(name).split(/\s+/).filter(Boolean);
  if (words.length > 200 || words.some((word) => word.length > 256))
    throw invalid(`/${name.replace(".", "/")}`, "At most 200 scopes of 256 characters.");
  return words.length === 0 ? null : words;
}

/** One per line, as `name=value`. */
function parametersIn(
  form: SentForm,
  name: "authorizationParameters" | "tokenParameters",
): Record<string, string> | null {
  const lines = form
    .text(`oauth.${name}`)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(Boolean);
  const pairs = lines.map((line): [string, string] => {
    const [, key = "", value = ""] = /^([^=\s]{1,100})\s*=\s*(.{0,2048})$/.exec(line) ?? [];
    if (key === "") throw invalid(`/oauth/${name}`, "Write one parameter per line, as name=value.");
    return [key, value];
  });
  return pairs.length === 0 ? null : Object.fromEntries(pairs);
}

function atMost(text: string, chars: number, path: string): string {
  if (text.length > chars) throw invalid(path, `At most ${chars.toLocaleString("en")} characters.`);
  return text;
}
