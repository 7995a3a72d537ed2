import type { Keyring } from "#src/lib/keyring.ts";

/** A server as its icon's token knows it. */
export type IconOf = { workspaceId: string; id: number; appUuid: string; iconVersion: number };

const PURPOSE = "icon";
/** The sixteen bytes of `appUuid` and four of the version, in base64url; an HMAC-SHA256 follows. */
const CLAIM_CHARS = 27;

/**
 * The claim `appUuid | version`, signed together with the workspace and the server's id.
 *
 * The claim travels with its signature so that a token is judged without the database. A new version makes a new
 * address, which is what caches go by; addresses made before go on working while the server lives, so a page that is
 * open during a refresh keeps its pictures.
 */
export function signIconToken(keyring: Keyring, server: IconOf): string {
  const claim = Buffer.alloc(20);
  claim.write(server.appUuid.replaceAll("-", ""), "hex");
  claim.writeUInt32BE(server.iconVersion, 16);
  const text = claim.toString("base64url");
  return text + keyring.sign(PURPOSE, messageOf(server.workspaceId, server.id, text));
}

/** @returns the `appUuid` for which the token was made, or null for what we did not make for this server */
export function readIconToken(
  keyring: Keyring,
  { workspaceId, serverId, token }: { workspaceId: string; serverId: number; token: string },
): string | null {
  const claim = token.slice(0, CLAIM_CHARS);
  const isOurs = keyring.verify(PURPOSE, messageOf(workspaceId, serverId, claim), token.slice(CLAIM_CHARS));
  return isOurs ? uuidOf(Buffer.from(claim, "base64url").toString("hex", 0, 16)) : null;
}

const messageOf = (workspaceId: string, serverId: number, claim: string): string =>
  `${workspaceId}/${serverId}/${claim}`;

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
