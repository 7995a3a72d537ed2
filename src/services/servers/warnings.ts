/** What an edit took away or left open, said aloud. Codes are part of the public contract. */
export type Warning = { code: "set_up_again" | "authorize_again" | "issuer_unknown"; message: string };

export const issuerUnknown: Warning = {
  code: "issuer_unknown",
  message:
    "Which authorization server the client belongs to could not be found out. It is taken to be the one that the server names when the first member signs in, and the audit says which that was. To decide it now, enter the issuer as well.",
};
