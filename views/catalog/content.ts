import { readPicture } from "#src/lib/image.ts";
import { isSchema, type Json, type Schema, textIn } from "#views/catalog/said.ts";

/*
 * What a server sent, as something that can be shown: text stays text, pictures are what their bytes say they are, and
 * nothing is ever run.
 */

export type Content =
  | { kind: "text"; text: string; mimeType: string | null }
  | { kind: "json"; json: string }
  | { kind: "image"; src: string; width: number; height: number }
  /** To be saved; a browser shows none of it. */
  | { kind: "file"; label: string; href: string; fileName: string; bytes: number }
  | { kind: "link"; name: string; uri: string; description: string | null; mimeType: string | null }
  | { kind: "resource"; uri: string; content: Content }
  | { kind: "note"; words: string };

const maxImageBytes = 3 * 1024 * 1024;
const maxFileBytes = 3 * 1024 * 1024;
const maxSidePixels = 4096;
const maxJsonChars = 400_000;

/** One block of a tool's result or of a prompt's message. */
export function contentOf(block: Json): Content {
  if (!isSchema(block)) return jsonOf(block);
  switch (block["type"]) {
    case "text":
      return textOrJson(textIn(block["text"]) ?? "", null);
    case "image":
    case "audio":
      return binary(textIn(block["data"]) ?? "", textIn(block["mimeType"]), block["type"]);
    case "resource_link":
      return {
        kind: "link",
        name: textIn(block["title"]) ?? textIn(block["name"]) ?? "A resource",
        uri: textIn(block["uri"]) ?? "",
        description: textIn(block["description"]),
        mimeType: textIn(block["mimeType"]),
      };
    case "resource": {
      const { resource } = block;
      return isSchema(resource)
        ? { kind: "resource", uri: textIn(resource["uri"]) ?? "", content: resourceContentOf(resource) }
        : jsonOf(block);
    }
    default:
      return jsonOf(block);
  }
}

/** One of the contents of a resource. */
export function resourceContentOf(said: Schema): Content {
  const mimeType = textIn(said["mimeType"]);
  const text = textIn(said["text"]);
  if (text !== null) return textOrJson(text, mimeType);
  const blob = textIn(said["blob"]);
  return blob === null ? jsonOf(said) : binary(blob, mimeType, textIn(said["uri"]) ?? "resource");
}

/** What is told apart from the rest of a result, pretty-printed. */
export function jsonOf(value: Json): Content {
  const json = JSON.stringify(value, null, 2);
  return json.length > maxJsonChars ? { kind: "text", text: json, mimeType: null } : { kind: "json", json };
}

function textOrJson(text: string, mimeType: string | null): Content {
  const mayBeJson = mimeType === null ? /^\s*[[{]/.test(text) : /\bjson\b/i.test(mimeType);
  if (!mayBeJson || text.length > maxJsonChars) return { kind: "text", text, mimeType };
  try {
    return { kind: "json", json: JSON.stringify(JSON.parse(text), null, 2) };
  } catch {
    return { kind: "text", text, mimeType };
  }
}

function binary(base64: string, mimeType: string | null, name: string): Content {
  const bytes = Buffer.from(base64, "base64");
  const picture = bytes.length <= maxImageBytes ? readPicture(bytes, maxSidePixels) : null;
  if (picture)
    return {
      kind: "image",
      src: `data:${picture.type};base64,${Buffer.from(picture.bytes).toString("base64")}`,
      width: picture.width,
      height: picture.height,
    };
  if (bytes.length > maxFileBytes)
    return {
      kind: "note",
      words: `${typeWords(mimeType)}, too large to be shown here (${sizeWords(bytes.length)}).`,
    };
  return {
    kind: "file",
    label: `${typeWords(mimeType)}, ${sizeWords(bytes.length)}`,
    // Whatever it is said to be: saved under this type, no browser opens it by itself.
    href: `data:application/octet-stream;base64,${bytes.toString("base64")}`,
    fileName: fileNameOf(name, mimeType),
    bytes: bytes.length,
  };
}

const typeWords = (mimeType: string | null): string => mimeType?.slice(0, 80) ?? "Data of no known type";

export const sizeWords = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1024 * 1024
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** The last part of its address, without anything that a file system could take for more than a name. */
function fileNameOf(name: string, mimeType: string | null): string {
  const last = name.split(/[/\\?#]/).findLast((part) => part !== "") ?? "";
  const safe =
    last
      .replaceAll(/[^A-Za-z0-9._-]/g, "_")
      .replace(/^[._]+/, "")
      .slice(-60) || "resource";
  const [, subtype = "bin"] = /^[a-z]+\/([a-z0-9]{1,8})\b/i.exec(mimeType ?? "") ?? [];
  return safe.includes(".") ? safe : `${safe}.${subtype}`;
}
