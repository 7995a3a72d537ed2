import { github } from "#src/oauth/sign-in/github.ts";
import { google } from "#src/oauth/sign-in/google.ts";
import { microsoft } from "#src/oauth/sign-in/microsoft.ts";
import { oidc } from "#src/oauth/sign-in/oidc.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";
import type { SignInProviders } from "#src/settings.ts";

/** Those that the operator set up. */
export const createProviders = (settings: SignInProviders): Provider[] =>
  [
    settings.github && github(settings.github),
    settings.google && google(settings.google),
    settings.microsoft && microsoft(settings.microsoft),
    settings.oidc && oidc(settings.oidc),
  ].filter((provider) => provider !== null);
