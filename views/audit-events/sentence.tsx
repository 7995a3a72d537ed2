import type { ComponentChildren } from "preact";
import type { AuditEvent } from "#src/services/audit-events.ts";
import type { Role } from "#src/services/context.ts";
import { roles } from "#views/components/role.ts";
import { Short } from "#views/components/short.tsx";

type Saying = (event: AuditEvent) => ComponentChildren;

/** What somebody did, as the rest of a sentence that begins with their name. */
export const Sentence = ({ event }: { event: AuditEvent }) => (
  <>{(sayings[event.action] ?? plainly)(event)}</>
);

const sayings: Record<string, Saying> = {
  "api_key.created": (event) => <>made the API key {target(event)}</>,
  "api_key.deleted": (event) => <>revoked the API key {target(event)}</>,
  "credential.connected": (event) => <>connected to {target(event)}</>,
  "credential.disconnected": (event) =>
    isAbout(event, "memberId") ? (
      <>disconnected from {target(event)}</>
    ) : (
      <>ended a member’s connection to {target(event)}</>
    ),
  "credential.ended": (event) => <>found that a member’s sign-in at {target(event)} is over</>,
  "invitation.created": (event) => (
    <>
      invited {target(event, "whoever has the link")}
      {asRole(event.details["role"])}
    </>
  ),
  "invitation.deleted": (event) => <>took back the invitation for {target(event, "whoever had the link")}</>,
  "member.joined": (event) => <>joined{asRole(event.details["role"])}</>,
  "member.removed": (event) =>
    isOwn(event) ? "left the workspace" : <>removed {target(event)} from the workspace</>,
  "member.updated": (event) => (
    <>
      made {isOwn(event) ? "themselves" : target(event)} {articleOf(event.details["to"])}, who was{" "}
      {articleOf(event.details["from"])}
    </>
  ),
  "refresh.refused": (event) => (
    <>
      was refused by {target(event)} when it renewed a sign-in: {textIn(event.details["error"], "no reason")}
    </>
  ),
  "revocation.abandoned": (event) => (
    <>gave up revoking tokens of {target(event)}, which are left to expire</>
  ),
  "server.access_changed": (event) => <>changed who may use {target(event)}</>,
  "server.created": (event) => <>added the server {target(event)}</>,
  "server.deleted": (event) => <>deleted the server {target(event)}</>,
  "server.disabled": (event) => <>disabled {target(event)}</>,
  "server.enabled": (event) => <>enabled {target(event)}</>,
  "server.registered": (event) => <>made {target(event)} ready for sign-ins</>,
  "server.updated": (event) => <>changed {target(event)}</>,
  "workspace.created": (event) => <>made the workspace {target(event)}</>,
  "workspace.renamed": (event) => (
    <>
      renamed the workspace from <Named name={textIn(event.details["from"], "another name")} /> to{" "}
      {target(event)}
    </>
  ),
};

/** For what has no words of its own yet: `server.tested` reads `server tested: Linear`. */
const plainly: Saying = (event) => (
  <>
    {event.action.replaceAll(/[._]/g, " ")}: {target(event)}
  </>
);

const target = ({ target: { name, id } }: AuditEvent, otherwise = id ?? "something"): ComponentChildren =>
  name === null ? otherwise : <Named name={name} />;

const Named = ({ name }: { name: string }) => (
  <strong>
    <Short>{name}</Short>
  </strong>
);

const isOwn = ({ actor, target: { id } }: AuditEvent): boolean => String(actor.memberId) === id;

const isAbout = ({ actor, details }: AuditEvent, field: string): boolean => details[field] === actor.memberId;

const isRole = (value: unknown): value is Role => typeof value === "string" && Object.hasOwn(roles, value);
const articleOf = (value: unknown): string => (isRole(value) ? roles[value].article : "something else");
const asRole = (value: unknown): string => (isRole(value) ? ` as ${roles[value].article}` : "");
const textIn = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);
