import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A running Switchyard of its own, set up, and how to ask it. */
export type Subject = {
  api(path: string, init?: RequestInit): Promise<Response>;
  /** A page of the workspace, as a browser asks for it, with its body as it came over the wire. */
  page(path: string, acceptEncoding?: string): Promise<Response>;
  origin: string;
  stop(): Promise<void>;
};

/** @param env - settings besides those that make it a process of its own, such as `DATABASE_URL` */
export async function startSubject(env: Record<string, string> = {}): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-bench-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const app = Bun.spawn([process.execPath, "src/main.ts"], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: String(port),
      SETUP_TOKEN: "bench",
      RATE_LIMIT: "0",
      LOG_LEVEL: "silent",
      ...env,
    },
    stdout: "ignore",
    stderr: "inherit",
  });
  await untilReady(origin);
  const setup = await fetch(`${origin}/api/v2/setup`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      token: "bench",
      email: "ada@example.com",
      password: crypto.randomUUID(),
      name: "Ada",
      workspaceName: "Bench",
    }),
  });
  const { workspace, apiKey } = (await setup.json()) as {
    workspace: { uuid: string };
    apiKey: { key: string };
  };

  return {
    origin,
    api: (path, init = {}) =>
      fetch(`${origin}/api/v2/w/${workspace.uuid}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${apiKey.key}`, "content-type": "application/json" },
      }),
    page: (path, acceptEncoding = "identity") =>
      fetch(`${origin}/w/${workspace.uuid}${path}`, {
        headers: {
          authorization: `Bearer ${apiKey.key}`,
          accept: "text/html",
          "accept-encoding": acceptEncoding,
        },
        decompress: false,
      }),
    async stop() {
      app.kill("SIGTERM");
      await app.exited;
      await rm(dataDir, { recursive: true });
    },
  };
}

async function untilReady(origin: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`${origin}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await Bun.sleep(100);
  }
  throw new Error("The app did not become ready.");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
