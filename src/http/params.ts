import { t } from "elysia";
import { notFound } from "#src/errors.ts";

const largestId = 2_147_483_647;

/**
 * Ids come as text and are read by `idOf`: a numeric schema would take `1e3` and `0x10`, and round 2^53+1 to another
 * row. `documentedAs` is what the OpenAPI document says instead.
 */
const Id = (what: string) =>
  t.String({
    pattern: "^[1-9][0-9]{0,9}$",
    description: `The id of the ${what}.`,
    documentedAs: { type: "integer", minimum: 1, maximum: largestId },
  });

const workspace_uuid = t.String({
  description: "The workspace.",
  documentedAs: { type: "string", format: "uuid" },
});

export const WorkspaceParams = t.Object({ workspace_uuid });
export const ServerParams = t.Object({ workspace_uuid, server_id: Id("server") });
export const ServerMemberParams = t.Object({
  workspace_uuid,
  server_id: Id("server"),
  member_id: Id("member"),
});
export const MemberParams = t.Object({ workspace_uuid, member_id: Id("member") });
export const InvitationParams = t.Object({ workspace_uuid, invitation_id: Id("invitation") });
export const ApiKeyParams = t.Object({ workspace_uuid, api_key_id: Id("API key") });

/** @throws {AppError} `not_found` for anything but a whole number between 1 and 2147483647, written plainly. */
export function idOf(text: string): number {
  const id = Number(text);
  if (!/^[1-9][0-9]{0,9}$/.test(text) || id > largestId) throw notFound();
  return id;
}

/** A whole number in a body. Elysia's own integer takes a text that reads as one, too. */
export const Whole = (options: { minimum: number; maximum: number; description?: string }) =>
  t.Number({ ...options, multipleOf: 1, documentedAs: { type: "integer", ...options } });

/** A body's fields, none besides them: an unknown one is refused, not dropped. */
export const Body = <Fields extends Parameters<typeof t.Object>[0]>(
  fields: Fields,
  options: { $id?: string; description?: string } = {},
) => t.Object(fields, { ...options, additionalProperties: false });
