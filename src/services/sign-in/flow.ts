import { hashToken } from "#src/lib/tokens.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";
import type { Deps } from "#src/services/context.ts";

/**
 * A sign-in in flight. The browser that began keeps it, sealed, until it comes back: a stranger who begins a thousand leaves
 * nothing here, and an answer without it, in another browser, signs nobody in.
 */
export type Flow = {
  nonce: string;
  codeVerifier: string;
  /** A path of ours, or null. */
  returnTo: string | null;
  /** The token of an invitation, where a new account would accept it. */
  invitation: string | null;
  /** The account that this becomes a way to sign in to; null for a sign-in. */
  linkTo: number | null;
  /** Milliseconds since 1970. */
  endsAt: number;
};

export const flowSeconds = 600;

export const redirectUriOf = ({ settings }: Pick<Deps, "settings">, { id }: Provider): string =>
  new URL(`/api/v2/session/${id}/callback`, settings.publicUrl).href;

export const sealFlow = (
  { keyring }: Pick<Deps, "keyring">,
  provider: Provider,
  state: string,
  flow: Flow,
): string => keyring.seal(JSON.stringify(flow), boundTo(provider, state));

/** @returns null for what this browser did not begin there, with this state, within ten minutes */
export function openFlow(
  { keyring }: Pick<Deps, "keyring">,
  provider: Provider,
  state: string,
  sealed: string,
): Flow | null {
  try {
    // Ours, as it opens.
    const flow = JSON.parse(keyring.open(sealed, boundTo(provider, state))) as Flow;
    return flow.endsAt > Date.now() ? flow : null;
  } catch {
    return null;
  }
}

const boundTo = ({ id }: Provider, state: string): string => `sign-in/${id}/${hashToken(state)}`;
