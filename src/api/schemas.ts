import { t } from "elysia";

/** A moment: ISO 8601, UTC, milliseconds, `Z`. */
export const Moment = (description: string) => t.String({ format: "date-time", description });
export const NullableMoment = (description: string) =>
  t.Union([Moment(description), t.Null()], { description });

/** Of everything that a person names. */
export const nameRule =
  "1–80 characters on one line. One with a character that cannot be seen, such as a control or bidi character, is refused.";

export const AuthType = t.Union([t.Literal("oauth"), t.Literal("direct_auth"), t.Literal("api_key")], {
  $id: "McpServerAuthType",
  description:
    "`oauth`: members hold OAuth tokens. `direct_auth`: the member is linked and nothing is sent. `api_key`: each member gives a secret that goes into a header.",
});

export const ServerState = t.Union([t.Literal("REGISTER"), t.Literal("AUTHORIZE"), t.Literal("READY")], {
  $id: "McpServerState",
  description:
    "The server's set-up, shared by the workspace. `REGISTER`: no working way to reach it yet. `AUTHORIZE`: it wants OAuth and no member has finished the flow. `READY`: a handshake has succeeded.",
});

export const Access = t.Union([t.Literal("everyone"), t.Literal("restricted")], {
  $id: "McpServerAccess",
  description: "Who in the workspace may see and use it.",
});

export const Deleted = t.Object({ deleted: t.Literal(true), id: t.Integer() });

/** What became of tokens that were to be revoked upstream (RFC 7009). */
export const Revocations = t.Object(
  { confirmed: t.Integer(), unsupported: t.Integer(), failed: t.Integer() },
  {
    description:
      "By connection. `failed` ones are tried again in the background; `unsupported` ones cannot be revoked there, and end by themselves.",
  },
);
