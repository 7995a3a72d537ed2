import { AppError } from "#src/errors.ts";
import type { TokenEndpointAuthMethod } from "#src/oauth/client-authentication.ts";
import type { Deps } from "#src/services/context.ts";

/** The secret part of an authorization in flight, and the places that its code and tokens may be sent to. */
export type FlowSecrets = {
  codeVerifier: string;
  /** Where the server was then. */
  serverUrl: string;
  clientId: string;
  tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  tokenEndpoint: string;
  revocationEndpoint: string | null;
  /** Whether the metadata promised `iss` in the answer (RFC 9207 §3). */
  issParameterPromised: boolean;
};

type Place = { workspaceId: string; stateHash: string };

export const sealFlow = ({ keyring }: Pick<Deps, "keyring">, place: Place, secrets: FlowSecrets): string =>
  keyring.seal(JSON.stringify(secrets), aadOf(place));

export const openFlow = ({ keyring }: Pick<Deps, "keyring">, flow: Place & { sealed: string }): FlowSecrets =>
  JSON.parse(keyring.open(flow.sealed, aadOf(flow))) as FlowSecrets;

/** The same for a state that was never given, is used up or too old, or belongs to somebody else. */
export const unknownFlow = (): AppError =>
  new AppError(
    "not_found",
    "This sign-in is not known here, was used already, or is older than ten minutes. Connect again.",
  );

export const aadOf = ({ workspaceId, stateHash }: Place): string => `oauth_flow/${workspaceId}/${stateHash}`;
