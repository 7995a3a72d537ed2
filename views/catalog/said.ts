import { isSchema, type Json, type Schema } from "#src/lib/json-schema-form.ts";

export { isSchema, type Json, type Schema };

/*
 * Tools, prompts and resources as a server says them: any JSON at all, and none of it to be trusted.
 */

/** What a server claims of a tool. Nobody has checked it. */
export type Claim = { label: string; tone: "off" | "warn" };

export type Tool = {
  name: string;
  title: string | null;
  description: string | null;
  claims: Claim[];
  input: Json;
  /** Null where the server says nothing of the result. */
  output: Json | null;
};

export type Prompt = {
  name: string;
  title: string | null;
  description: string | null;
  arguments: { name: string; title: string | null; description: string | null; isRequired: boolean }[];
};

export type Resource = {
  uri: string;
  name: string;
  description: string | null;
  mimeType: string | null;
  bytes: number | null;
};

export const textIn = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

/** @returns null for what has no name, so that nobody could call it */
export function toolOf(said: Schema): Tool | null {
  const name = textIn(said["name"]);
  if (name === null) return null;
  const annotations = isSchema(said["annotations"]) ? said["annotations"] : {};
  return {
    name,
    title: textIn(said["title"]) ?? textIn(annotations["title"]),
    description: textIn(said["description"]),
    claims: claimsIn(annotations),
    input: said["inputSchema"] ?? null,
    output: said["outputSchema"] ?? null,
  };
}

/** Only what is said outright: the protocol's defaults are no claim of this server's. */
function claimsIn(annotations: Schema): Claim[] {
  const claims: Claim[] = [];
  if (annotations["readOnlyHint"] === true) claims.push({ label: "only reads", tone: "off" });
  if (annotations["readOnlyHint"] === false) claims.push({ label: "writes", tone: "off" });
  if (annotations["destructiveHint"] === true && annotations["readOnlyHint"] !== true)
    claims.push({ label: "may destroy", tone: "warn" });
  if (annotations["idempotentHint"] === true) claims.push({ label: "safe to repeat", tone: "off" });
  if (annotations["openWorldHint"] === true) claims.push({ label: "reaches outside", tone: "off" });
  return claims;
}

export function promptOf(said: Schema): Prompt | null {
  const name = textIn(said["name"]);
  if (name === null) return null;
  const list = Array.isArray(said["arguments"]) ? said["arguments"].filter(isSchema) : [];
  return {
    name,
    title: textIn(said["title"]),
    description: textIn(said["description"]),
    arguments: list.flatMap((one) => {
      const argument = textIn(one["name"]);
      if (argument === null) return [];
      return [
        {
          name: argument,
          title: textIn(one["title"]),
          description: textIn(one["description"]),
          isRequired: one["required"] === true,
        },
      ];
    }),
  };
}

/** Resources name their address as `uri`, templates as `uriTemplate`. */
export function resourceOf(said: Schema): Resource | null {
  const uri = textIn(said["uri"]) ?? textIn(said["uriTemplate"]);
  if (uri === null) return null;
  const { size } = said;
  return {
    uri,
    name: textIn(said["title"]) ?? textIn(said["name"]) ?? uri,
    description: textIn(said["description"]),
    mimeType: textIn(said["mimeType"]),
    bytes: typeof size === "number" && size >= 0 ? size : null,
  };
}
