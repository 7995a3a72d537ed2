import { invalid } from "#src/errors.ts";
import type { NewServer } from "#src/db/servers.ts";
import { parseServerUrl } from "#src/lib/url.ts";
import { checkAll } from "#src/services/checks.ts";
import type { AuthType, Ctx } from "#src/services/context.ts";
import { nameIn } from "#src/services/names.ts";
import { requireScope } from "#src/services/scopes.ts";
import type { OAuthInput } from "#src/services/servers/oauth-input.ts";

export type ServerInput = {
  url?: string;
  name?: string;
  description?: string | null;
  authType?: AuthType;
  header?: { name?: string; prefix?: string };
  oauth?: OAuthInput;
};

/** Headers that we or the protocol set; a secret under one of these names would break or replace them. */
const reserved =
  /^(host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|origin|accept|accept-.*|content-.*|mcp-.*|last-event-id|proxy-.*|sec-.*|via|forwarded|x-forwarded-.*)$/i;

/** The columns that a caller's fields become. Absent fields stay absent. @throws {AppError} `invalid` */
export function columnsOf(input: ServerInput): Partial<NewServer> {
  const { url, name, description, authType, header = {} } = input;
  const { name: headerName, prefix: headerPrefix } = header;
  return checkAll({
    ...(url === undefined ? {} : { url: () => serverUrl(url) }),
    ...(name === undefined ? {} : { name: () => nameIn(name) }),
    ...(description === undefined ? {} : { description: () => description?.trim() || null }),
    ...(authType === undefined ? {} : { authType: () => authType }),
    ...(headerName === undefined ? {} : { headerName: () => headerNameIn(headerName) }),
    ...(headerPrefix === undefined ? {} : { headerPrefix: () => headerPrefixIn(headerPrefix) }),
  });
}

/** How tokens are asked for, and what for, is an admin's to say. @throws {AppError} `insufficient_scope` */
export function requireAdminForOAuth(ctx: Ctx, input: ServerInput): void {
  if (input.oauth !== undefined) requireScope(ctx.member, "apps:admin");
}

export function serverUrl(text: string): string {
  const parsed = parseServerUrl(text);
  if (!parsed.ok) throw invalid("/url", parsed.message);
  return parsed.url.href;
}

function headerNameIn(text: string): string {
  // RFC 9110 §5.6.2: a field name is a token.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(text))
    throw invalid("/header/name", "This is no header name.");
  if (reserved.test(text))
    throw invalid("/header/name", "This header is set by the protocol. Choose another.");
  return text;
}

function headerPrefixIn(text: string): string {
  if (!/^[\x20-\x7e]{0,32}$/.test(text))
    throw invalid("/header/prefix", "A prefix has at most 32 printable ASCII characters.");
  return text.trimStart();
}
