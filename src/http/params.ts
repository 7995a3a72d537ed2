import { t } from "elysia";
import { notFound } from "#src/errors.ts";

const largestId = 2_147_483_647;

/** From 1 to the largest, written plainly; in the schema, so that it comes before what is wrong with a body. */
const plainId =
  "^(?:[1-9][0-9]{0,8}|1[0-9]{9}|20[0-9]{8}|21[0-3][0-9]{7}|214[0-6][0-9]{6}|2147[0-3][0-9]{5}|21474[0-7][0-9]{4}" +
  "|214748[0-2][0-9]{3}|2147483[0-5][0-9]{2}|21474836[0-3][0-9]|214748364[0-7])$";

/**
 * Ids come as text and are read by `idOf`: a numeric schema would take `1e3` and `0x10`, and round 2^53+1 to another
 * row. `documentedAs` is what the OpenAPI document says instead.
 */
const Id = (what: string) =>
  t.String({
    pattern: plainId,
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
  if (!new RegExp(plainId).test(text)) throw notFound();
  return Number(text);
}

/** A whole number in a body. Elysia's own integer takes a text that reads as one, too. */
export const Whole = (options: { minimum: number; maximum: number; description?: string }) =>
  t.Number({ ...options, multipleOf: 1, documentedAs: { type: "integer", ...options } });

/**
 * A body's fields, none besides them: an unknown one is refused, not dropped. Without defaults: for these Elysia assigns
 * the body's members to another object, and a member `__proto__` would become its prototype unseen.
 */
export const Body = <Fields extends Parameters<typeof t.Object>[0]>(
  fields: Fields,
  options: { $id?: string; description?: string } = {},
) => t.Object(fields, { ...options, additionalProperties: false });

/** For what takes no body: an empty object is forgiven; a field would be ignored, so it is refused. */
export const NoBody = () => t.Union([Body({}), t.Null()]);
