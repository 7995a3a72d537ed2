import { cleanText } from "#src/lib/text.ts";
import { isJsonRecord, type Json } from "#src/mcp/json.ts";

/** What a server says of itself, as far as we keep it. Names are clean single lines; URLs have a scheme that is safe. */
export type ServerInfo = {
  name: string;
  version: string;
  title?: string;
  websiteUrl?: string;
  icons?: ServerIcon[];
};

export type ServerIcon = { src: string; mimeType?: string; sizes?: string[] };

const MAX_NAME_CHARS = 200;
const MAX_URL_CHARS = 2_048;
/** An icon may come whole, in a `data:` URL. */
const MAX_ICON_CHARS = 64 * 1024;
const MAX_ICONS = 16;
const MAX_INSTRUCTIONS_CHARS = 16 * 1024;

/** @returns null for a server that does not name itself, as it may since 2026-07-28 */
export function readServerInfo(said: Json): ServerInfo | null {
  if (!isJsonRecord(said)) return null;
  const name = readLine(said["name"]);
  if (name === "") return null;

  const title = readLine(said["title"]);
  const websiteUrl = readUrl(said["websiteUrl"], ["https:", "http:"], MAX_URL_CHARS);
  const icons = readList(said["icons"]).flatMap(readIcon);
  return {
    name,
    version: readLine(said["version"]),
    ...(title === "" ? {} : { title }),
    ...(websiteUrl === null ? {} : { websiteUrl }),
    ...(icons.length === 0 ? {} : { icons }),
  };
}

/** @returns null where there are none */
export function readInstructions(said: Json): string | null {
  return typeof said === "string" && said !== ""
    ? said.slice(0, MAX_INSTRUCTIONS_CHARS).toWellFormed()
    : null;
}

function readIcon(said: Json): ServerIcon[] {
  if (!isJsonRecord(said)) return [];
  const src = readUrl(said["src"], ["https:", "http:", "data:"], MAX_ICON_CHARS);
  if (src === null) return [];
  const mimeType = readLine(said["mimeType"]);
  const sizes = readList(said["sizes"])
    .map(readLine)
    .filter((size) => size !== "");
  return [{ src, ...(mimeType === "" ? {} : { mimeType }), ...(sizes.length === 0 ? {} : { sizes }) }];
}

function readList(said: Json | undefined): Json[] {
  return Array.isArray(said) ? said.slice(0, MAX_ICONS) : [];
}

/** One clean line; empty for what is no text. */
function readLine(said: Json | undefined): string {
  return typeof said === "string" ? cleanText(said.slice(0, MAX_NAME_CHARS)) : "";
}

function readUrl(said: Json | undefined, protocols: readonly string[], maxChars: number): string | null {
  if (typeof said !== "string" || said.length > maxChars) return null;
  const url = URL.parse(said);
  return url && protocols.includes(url.protocol) && url.username === "" && url.password === ""
    ? url.href
    : null;
}
