import { afterAll, expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadOrCreateKeys } from "#src/lib/keys-file.ts";

const root = await mkdtemp(join(tmpdir(), "switchyard-keys-"));
afterAll(() => rm(root, { recursive: true }));

const newDirectory = (): Promise<string> => mkdtemp(join(root, "data-"));
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test("the first start makes a key that only its owner can read, and leaves nothing else behind", async () => {
  const directory = join(await newDirectory(), "not", "there", "yet");

  const made = await loadOrCreateKeys(directory);

  expect(made.isNew).toBe(true);
  expect(made.keys).toHaveLength(1);
  expect(made.keys[0]?.key).toHaveLength(32);
  expect(await modeOf(made.path)).toBe(0o600);
  expect(await modeOf(directory)).toBe(0o700);
  expect(await readdir(directory)).toEqual(["encryption-keys"]);
});

test("later starts get the same key", async () => {
  const directory = await newDirectory();
  const made = await loadOrCreateKeys(directory);

  const loaded = await loadOrCreateKeys(directory);

  expect(loaded).toEqual({ ...made, isNew: false });
});

test("two apps get different keys with different ids, so that a lost key is told from a wrong one", async () => {
  const one = await loadOrCreateKeys(await newDirectory());
  const other = await loadOrCreateKeys(await newDirectory());

  expect(one.keys[0]?.id).not.toBe(other.keys[0]?.id ?? "");
  expect(one.keys[0]?.key).not.toEqual(other.keys[0]?.key ?? new Uint8Array());
});

test("processes that start at the same moment agree on one key", async () => {
  const directory = await newDirectory();
  const program = `import { loadOrCreateKeys } from "#src/lib/keys-file.ts";
    const { keys, isNew } = await loadOrCreateKeys(process.argv[1]);
    console.log(keys[0].id, isNew);`;
  const start = () => Bun.spawn(["bun", "-e", program, directory], { stdout: "pipe", stderr: "inherit" });

  const answers = await Promise.all(
    [start(), start(), start()].map(({ stdout }) => new Response(stdout).text()),
  );

  const { keys } = await loadOrCreateKeys(directory);
  expect(answers.map((answer) => answer.split(" ")[0])).toEqual(Array(3).fill(keys[0]?.id));
  expect(answers.filter((answer) => answer.includes("true"))).toHaveLength(1);
  expect(await readdir(directory)).toEqual(["encryption-keys"]);
});

test("many at once in one process agree as well", async () => {
  const directory = await newDirectory();

  const files = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateKeys(directory)));

  expect(new Set(files.map((file) => file.keys[0]?.id)).size).toBe(1);
  expect(files.filter((file) => file.isNew)).toHaveLength(1);
});

test("a file that others can read is closed to them, and that is told", async () => {
  const directory = await newDirectory();
  const { path } = await loadOrCreateKeys(directory);
  await chmod(path, 0o644);

  const loaded = await loadOrCreateKeys(directory);

  expect(loaded.wasOpen).toBe(true);
  expect(await modeOf(path)).toBe(0o600);
  expect((await loadOrCreateKeys(directory)).wasOpen).toBe(false);
});

test("a key put in front by hand seals, the old one still opens", async () => {
  const directory = await newDirectory();
  const { path, keys } = await loadOrCreateKeys(directory);
  await writeFile(path, `k2:${Buffer.alloc(32, 2).toString("base64")},${await readFile(path, "utf8")}`);

  const loaded = await loadOrCreateKeys(directory);

  expect(loaded.keys.map(({ id }) => id)).toEqual(["k2", keys[0]?.id ?? ""]);
});

for (const [what, content] of [
  ["an empty file", ""],
  ["half a key", "k1:AAAA"],
  ["something else", "hello"],
] as const) {
  test(`${what} stops the start and is not overwritten`, async () => {
    const directory = await newDirectory();
    const path = join(directory, "encryption-keys");
    await writeFile(path, content, { mode: 0o600 });

    await expect(loadOrCreateKeys(directory)).rejects.toThrow(path);

    expect(await readFile(path, "utf8")).toBe(content);
  });
}
