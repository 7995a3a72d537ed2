import type { Role } from "#src/services/context.ts";

/** What each role may do, in words. */
export const roles: Record<Role, { name: string; article: string; power: string }> = {
  owner: { name: "Owner", article: "an owner", power: "Everything, and makes and unmakes other owners." },
  admin: {
    name: "Admin",
    article: "an admin",
    power: "Adds and removes servers and members, and sees the activity.",
  },
  member: {
    name: "Member",
    article: "a member",
    power: "Adds servers, connects to them and calls their tools.",
  },
  viewer: { name: "Viewer", article: "a viewer", power: "Looks, and changes nothing." },
};

/** Those that somebody of this role may give. */
export const rolesToGive = (asker: Role): Role[] =>
  asker === "owner" ? ["viewer", "member", "admin", "owner"] : ["viewer", "member", "admin"];

export const roleChoices = (asker: Role) =>
  rolesToGive(asker).map((role) => ({ value: role, label: roles[role].name, hint: roles[role].power }));
