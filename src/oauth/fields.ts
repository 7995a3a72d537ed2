/** Known members of a stranger's JSON object. What has another type than the RFC gives it makes the document unusable. */
export type Fields = {
  /** Null where absent. JSON `null` counts as absent: several frameworks write it for "not set". */
  text(name: string, maxLength?: number): string | null;
  requiredText(name: string): string;
  /** The first `maxItems` of a list of strings; null where absent. */
  texts(name: string, maxItems: number): string[] | null;
  /** False where absent. */
  flag(name: string): boolean;
  /**
   * A positive number of whole seconds, also as digits in a text, which several servers send; what is more than those is
   * cut off. Null for anything else, whatever it is.
   */
  seconds(name: string): number | null;
};

const MAX_TEXT_LENGTH = 2_048;

/**
 * Only own members are read, so `__proto__` is a name like any other.
 *
 * @param wrong - makes the error to throw, from words that follow the document's name and quote nothing of it
 */
export function readFields(json: unknown, wrong: (what: string) => Error): Fields {
  if (!isObject(json)) throw wrong("is no JSON object");
  const value = (name: string): unknown => (Object.hasOwn(json, name) ? (json[name] ?? null) : null);

  const checked = (name: string, found: unknown, maxLength = MAX_TEXT_LENGTH): string => {
    if (typeof found !== "string") throw wrong(`has something else than text in "${name}"`);
    if (found.length > maxLength) throw wrong(`has more than ${maxLength} characters in "${name}"`);
    return found;
  };
  const text: Fields["text"] = (name, maxLength) => {
    const found = value(name);
    return found === null ? null : checked(name, found, maxLength);
  };

  return {
    text,
    requiredText(name) {
      const found = text(name);
      if (!found) throw wrong(`has no "${name}"`);
      return found;
    },
    texts(name, maxItems) {
      const found = value(name);
      if (found === null) return null;
      if (!Array.isArray(found)) throw wrong(`has a "${name}" that is no list`);
      return found.slice(0, maxItems).map((item: unknown) => checked(name, item));
    },
    flag(name) {
      const found = value(name);
      if (found !== null && typeof found !== "boolean")
        throw wrong(`has a "${name}" that is neither true nor false`);
      return found === true;
    },
    seconds(name) {
      const found = value(name);
      const seconds = typeof found === "string" && /^\d{1,15}$/.test(found) ? Number(found) : found;
      return typeof seconds === "number" && seconds >= 1 ? Math.floor(seconds) : null;
    },
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
