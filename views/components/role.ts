import type { Role } from "#src/services/context.ts";

/** What each role is called, and what somebody with it does. */
export const roles: Record<Role, { name: string; article: string; does: string }> = {
  owner: { name: "Owner", article: "an owner", does: "does everything, and makes and unmakes other owners" },
  admin: {
    name: "Admin",
    article: "an admin",
    does: "adds and removes servers and members, and sees the activity",
  },
  member: {
    name: "Member",
    article: "a member",
    does: "adds servers, connects to them and calls their tools",
  },
  viewer: {
    name: "Viewer",
    article: "a viewer",
    does: "sees which servers there are and how they do, and uses and changes none",
  },
};

/** Those that somebody of this role may give. */
export const rolesToGive = (asker: Role): Role[] =>
  asker === "owner" ? ["viewer", "member", "admin", "owner"] : ["viewer", "member", "admin"];

export const roleChoices = (asker: Role) =>
  rolesToGive(asker).map((role) => ({
    value: role,
    label: roles[role].name,
    hint: sentence(roles[role].does),
  }));

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
