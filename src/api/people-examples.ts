const uuid = "8c1f4f0e-6d0c-4b53-9f8e-2f6a5b1f0c11";
const at = "2026-11-02T14:00:00.000Z";

export const workspaceExample = { uuid, name: "Engineering", createdAt: at };

export const acceptanceExample = {
  workspace: { uuid, name: "Engineering" },
  member: { id: 2, role: "member" },
};

export const meExample = {
  account: { id: 1, email: "ada@example.com", name: "Ada", avatarUrl: null },
  workspaces: [
    {
      uuid,
      name: "Engineering",
      memberId: 1,
      role: "owner",
      scopes: ["apps:read", "apps:write", "apps:admin"],
    },
  ],
};

export const memberExample = {
  id: 2,
  name: "Bob",
  email: "bob@example.com",
  avatarUrl: null,
  role: "member",
  joinedAt: at,
};

export const invitationExample = {
  id: 4,
  email: "vic@example.com",
  role: "viewer",
  expiresAt: "2026-11-09T14:00:00.000Z",
  createdAt: at,
};

export const apiKeyExample = { id: 3, name: "CI", scopes: ["apps:read"], expiresAt: null, createdAt: at };

export const auditEventExample = {
  id: 91,
  at,
  action: "member.updated",
  actor: { memberId: 1, name: "Ada", apiKeyId: null },
  target: { type: "member", id: 2, name: "Bob" },
  details: { from: "member", to: "admin" },
  requestId: "req_kq0V3v0t2sZ8yW1x",
};
