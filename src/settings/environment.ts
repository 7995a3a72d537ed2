export type Environment = Record<string, string | undefined>;

/** A setting that cannot be used, and what to write instead. Never holds the value: it may be a secret. */
export type SettingsFault = { variable: string; problem: string; remedy: string };

/** Every fault of the environment at once, readable in a terminal. */
export class SettingsError extends Error {
  override name = "SettingsError";
  readonly faults: readonly SettingsFault[];

  constructor(faults: readonly SettingsFault[]) {
    super(describe(faults));
    this.faults = faults;
  }
}

function describe(faults: readonly SettingsFault[]): string {
  const count = faults.length === 1 ? "1 setting needs" : `${faults.length} settings need`;
  const entries = faults.map(({ variable, problem, remedy }) => {
    return `  ${variable} ${problem}\n${remedy.replaceAll(/^/gm, "      ")}`;
  });
  return [
    `Switchyard cannot start: ${count} attention.`,
    ...entries,
    "Every setting is explained in .env.example.",
  ].join("\n\n");
}

/**
 * Reads variables and collects what is wrong with them, so that a person mends everything in one go.
 * A refused variable reads as its fallback: nothing may be used before `faults` was seen to be empty.
 */
export class EnvironmentReader {
  readonly faults: SettingsFault[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  refuse(variable: string, problem: string, remedy: string): void {
    this.faults.push({ variable, problem, remedy });
  }

  /** Blank counts as unset, so that a line of `.env` can be emptied instead of deleted. */
  text(variable: string): string | null {
    return this.#env[variable]?.trim() || null;
  }

  /** Comma-separated; empty entries are passed over. */
  list(variable: string): string[] {
    const entries = (this.text(variable) ?? "").split(",").map((entry) => entry.trim());
    return entries.filter((entry) => entry !== "");
  }

  integer(variable: string, fallback: number, range: { min: number; max: number }): number {
    const text = this.text(variable);
    if (text === null) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= range.min && value <= range.max) return value;
    this.refuse(
      variable,
      "is not a whole number in its range.",
      `Write a number from ${range.min} to ${range.max}, such as ${fallback}.`,
    );
    return fallback;
  }

  oneOf<Choice extends string>(variable: string, choices: readonly Choice[], fallback: Choice): Choice {
    const text = this.text(variable)?.toLowerCase();
    if (text === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined)
      this.refuse(variable, "is not one of its values.", `Write one of: ${choices.join(", ")}.`);
    return choice ?? fallback;
  }

  /** Reads with a parser of the caller's; `remedy` is what to write when the parser gives null. */
  parsed<T>(
    variable: string,
    parse: (text: string) => T | null,
    fault: { problem: string; remedy: string },
  ): T | null {
    const text = this.text(variable);
    if (text === null) return null;
    const value = parse(text);
    if (value === null) this.refuse(variable, fault.problem, fault.remedy);
    return value;
  }
}
