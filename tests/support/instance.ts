/** The app as a process of its own, as `bun start` runs it. */
export type Instance = {
  /** Its own address; the public one may be another. */
  origin: string;
  /** Everything it has logged so far, one JSON object a line. */
  lines: string[];
  /** Ends when it has logged this. */
  logged(text: string): Promise<void>;
  /** At once, as by a power failure. */
  kill(): Promise<void>;
};

type Options = {
  env: Record<string, string>;
  /** A module that is loaded first. */
  preload?: string;
};

/** @returns once it answers */
export async function startInstance({ env, preload }: Options): Promise<Instance> {
  const port = freePort();
  const child = Bun.spawn(
    [process.execPath, ...(preload === undefined ? [] : ["--preload", preload]), "src/main.ts"],
    {
      env: { PATH: process.env["PATH"] ?? "", HOST: "127.0.0.1", PORT: String(port), ...env },
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let hasEnded = false;
  const read = async () => {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of child.stdout) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      for (const look of waiting) look();
    }
    hasEnded = true;
    for (const look of waiting) look();
  };
  void read();

  const kill = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  const logged = (text: string) =>
    new Promise<void>((found, failed) => {
      const look = () => {
        const isThere = lines.some((line) => line.includes(text));
        if (!isThere && !hasEnded) return;
        waiting.delete(look);
        if (isThere) found();
        else failed(new Error(`It ended without saying: ${text}`));
      };
      waiting.add(look);
      look();
    });
  await logged("Switchyard is at");
  return { origin: `http://127.0.0.1:${port}`, lines, logged, kill };
}

function freePort(): number {
  const probe = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port } = probe;
  void probe.stop(true);
  return port ?? 0;
}
