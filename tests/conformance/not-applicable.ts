const membersOnly =
  "Every call is made in the name of a member who signed in; nothing stands for the app itself.";
const bearerOnly =
  "Tokens are bearer tokens, as the base protocol has them; the extension that binds them to a key is not spoken.";
const noSkills = "Of a server, its tools, prompts and resources are shown; skills, an extension, are not.";

/**
 * Client scenarios of the suite about something that Switchyard does not have, each with the reason. A test fails where a
 * scenario is neither run nor listed here, and where one that is listed does not exist any more.
 */
export const notApplicable: Record<string, string> = {
  "auth/2025-03-26-oauth-endpoint-fallback":
    "Without metadata nothing says that the authorization server checks PKCE, and then nobody is sent there, whatever the revision.",
  "auth/client-credentials-basic": membersOnly,
  "auth/client-credentials-jwt": membersOnly,
  "auth/dpop": bearerOnly,
  "auth/dpop-nonce": bearerOnly,
  "auth/enterprise-managed-authorization":
    "Members consent at each server's authorization server themselves; no identity provider does that for them.",
  "auth/wif-jwt-bearer": membersOnly,
  "elicitation-sep1034-client-defaults":
    "Before 2026-07-28 a server asks back over a connection that a caller of our REST API does not hold, so we declare no elicitation there; since then its questions are the answer to the call.",
  "sep-2640-client-no-prefetch": noSkills,
  "sep-2640-client-verify-digest": noSkills,
  "sep-2640-client-verify-frontmatter": noSkills,
  "sep-2640-client-verify-size": noSkills,
};
