const SHOWN = "[secret]";
/** Shorter ones would also hide innocent text, and are no secrets. */
const MIN_SECRET_CHARS = 8;
/** A refreshed token takes the place of the one before it; an answer may still be under way that echoes that one. */
const REMEMBERED = 8;

/** Hides the credentials that we sent to a server in what the server says. */
export class EchoMask {
  #secrets: string[] = [];

  remember(headers: Record<string, string>): void {
    for (const value of Object.values(headers)) {
      // What follows the scheme, and then the whole: `Bearer abc` hides as one piece, `abc` alone is hidden too.
      for (const secret of [value.slice(value.lastIndexOf(" ") + 1), value]) {
        if (secret.length < MIN_SECRET_CHARS || this.#secrets.includes(secret)) continue;
        this.#secrets = [secret, ...this.#secrets].slice(0, REMEMBERED);
      }
    }
  }

  readonly hide = (text: string): string => {
    let hidden = text;
    for (const secret of this.#secrets) {
      if (hidden.includes(secret)) hidden = hidden.replaceAll(secret, SHOWN);
    }
    return hidden;
  };
}
