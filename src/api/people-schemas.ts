import { t } from "elysia";
import { Moment, NullableMoment, Revocations } from "#src/api/schemas.ts";

export const Role = t.Union(
  [t.Literal("owner"), t.Literal("admin"), t.Literal("member"), t.Literal("viewer")],
  {
    description:
      "`owner` and `admin` hold every scope, `member` holds `apps:read` and `apps:write`, `viewer` holds `apps:read`. Only owners make, unmake and invite owners.",
  },
);

export const Scope = t.Union([t.Literal("apps:read"), t.Literal("apps:write"), t.Literal("apps:admin")], {
  description: "`apps:admin` implies `apps:write`, which implies `apps:read`.",
});

/** Limits of what is taken at all; the services have the rules, and say them better. */
export const Email = t.String({ maxLength: 320, description: "Compared without case." });
export const Name = t.String({ maxLength: 1000, description: "1 to 80 characters." });
export const Password = t.String({ maxLength: 1024, description: "8 to 256 characters." });

export const Newcomer = { email: Email, name: Name, password: Password };

const WorkspaceName = { uuid: t.String({ format: "uuid" }), name: t.String() };

export const Workspace = t.Object(
  { ...WorkspaceName, createdAt: Moment("When it was made.") },
  { $id: "Workspace" },
);

/** Where somebody is now, after set-up or an invitation. */
export const Joined = {
  workspace: t.Object(WorkspaceName),
  member: t.Object({ id: t.Integer(), role: Role }),
};

export const Acceptance = t.Object(Joined, { $id: "Acceptance" });

export const SetUp = t.Object(
  {
    ...Joined,
    apiKey: t.Object({
      id: t.Integer(),
      key: t.String({ description: "Shown this once." }),
      scopes: t.Array(Scope),
    }),
  },
  { $id: "SetUp" },
);

export const Me = t.Object(
  {
    account: t.Object({
      id: t.Integer(),
      email: t.String(),
      name: t.String(),
      avatarUrl: t.Union([t.String(), t.Null()]),
    }),
    workspaces: t.Array(
      t.Object({
        ...WorkspaceName,
        memberId: t.Integer({ description: "Who you are there." }),
        role: Role,
        scopes: t.Array(Scope, { description: "What you may do there: a key's, where a key asks." }),
      }),
    ),
  },
  { $id: "Me" },
);

export const Member = t.Object(
  {
    id: t.Integer(),
    name: t.String(),
    email: t.String(),
    avatarUrl: t.Union([t.String(), t.Null()]),
    role: Role,
    joinedAt: Moment("When they joined the workspace."),
  },
  { $id: "Member" },
);

const invitation = {
  id: t.Integer(),
  email: t.Union([t.String(), t.Null()], {
    description: "The only address that may accept; null where the link is enough.",
  }),
  role: Role,
  expiresAt: Moment("Seven days after it was made."),
  createdAt: Moment("When it was made."),
};

export const Invitation = t.Object(invitation, { $id: "Invitation" });

export const NewInvitation = t.Object(
  {
    ...invitation,
    url: t.String({ format: "uri", description: "To give to the person invited. Shown this once." }),
  },
  { $id: "NewInvitation" },
);

const apiKey = {
  id: t.Integer(),
  name: t.String(),
  scopes: t.Array(Scope, { description: "As granted; the member's present role may allow less." }),
  expiresAt: NullableMoment("Null where it works until it is deleted."),
  createdAt: Moment("When it was made."),
};

export const ApiKey = t.Object(
  { ...apiKey, lastUsedAt: NullableMoment("To the minute; null where it never was.") },
  { $id: "ApiKey" },
);

export const RemovedMember = t.Object(
  { deleted: t.Literal(true), id: t.Integer(), revocations: Revocations },
  { $id: "RemovedMember" },
);

export const NewApiKey = t.Object(
  { ...apiKey, key: t.String({ description: "Shown this once." }) },
  { $id: "NewApiKey" },
);

export const AuditEvent = t.Object(
  {
    id: t.Integer(),
    at: Moment("When it happened."),
    action: t.String({ description: "`<noun>.<past participle>`, such as `server.created`." }),
    actor: t.Object({
      memberId: t.Union([t.Integer(), t.Null()], { description: "Null where the app itself acted." }),
      name: t.String({ description: "As it was then." }),
      apiKeyId: t.Union([t.Integer(), t.Null()], { description: "The key that was used, if one was." }),
    }),
    target: t.Object({
      type: t.String(),
      id: t.Union([t.Integer(), t.String(), t.Null()], {
        description: "A number for whatever has one; a UUID for a workspace.",
      }),
      name: t.Union([t.String(), t.Null()], { description: "As it was then." }),
    }),
    details: t.Record(t.String(), t.Unknown(), {
      description: "Depends on the action. Never holds a secret.",
    }),
    requestId: t.Union([t.String(), t.Null()], { description: "The request that did it." }),
  },
  { $id: "AuditEvent" },
);
