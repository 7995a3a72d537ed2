import { describe, expect, test } from "bun:test";
import { readSettings } from "#src/settings.ts";

const example = await Bun.file(new URL("../../.env.example", import.meta.url)).text();
const documented = new Map(
  [...example.matchAll(/^#([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
);

/** Whatever the reader asks the environment for, it reads. */
function variablesRead(): string[] {
  const asked = new Set<string>();
  const environment = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_, name) {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  readSettings(environment);
  return [...asked].sort();
}

describe(".env.example", () => {
  test("documents every variable that is read, and no other", () => {
    expect([...documented.keys()].sort()).toEqual(variablesRead());
  });

  test("shows each variable once, commented out, beneath an explanation", () => {
    const lines = example.split("\n");
    const names = lines.flatMap((line) => /^#?\s*([A-Z][A-Z0-9_]*)=/.exec(line)?.[1] ?? []);

    expect(names).toEqual([...documented.keys()]);
    for (const [index, line] of lines.entries()) {
      if (/^#[A-Z]/.test(line)) expect(lines[index - 1]).toMatch(/^#( \S|[A-Z])/);
    }
  });

  test("shows the true defaults: setting them all changes nothing", () => {
    const withDefaults = readSettings(Object.fromEntries(documented));

    expect(withDefaults).toEqual(readSettings({}));
  });

  for (const [name, value] of documented) {
    test(`${name} alone, as shown, changes nothing`, () => {
      expect(readSettings({ [name]: value })).toEqual(readSettings({}));
    });
  }

  test("shows a default wherever there is one", () => {
    const shown = [...documented].filter(([, value]) => value !== "").map(([name]) => name);

    expect(shown.sort()).toEqual(["DATA_DIR", "HOST", "LOG_LEVEL", "PORT", "PUBLIC_URL", "RATE_LIMIT"]);
  });
});
