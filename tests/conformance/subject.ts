import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Switchyard that was set up, and what its owner holds: a key for programs, a session in a browser. */
export type Access = { origin: string; workspaceUuid: string; key: string; sessionCookie: string };

export type Subject = { access: Access; stop(): Promise<void> };

/** The suite expects this very address as our client id; nobody ever fetches it. */
const CLIENT_METADATA_URL = "https://conformance-test.local/client-metadata.json";
const SETUP_TOKEN = "conformance";
const START_MS = 30_000;

/** Runs the app as a process of its own, as a newcomer would: embedded database, on loopback. */
export async function startSubject(): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-conformance-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const app = Bun.spawn([process.execPath, "src/main.ts"], {
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: String(port),
      DATA_DIR: dataDir,
      SETUP_TOKEN,
      CLIENT_METADATA_URL,
      RATE_LIMIT: "0",
      LOG_LEVEL: "silent",
    },
    stdout: "pipe",
    stderr: "inherit",
  });
  const stop = async () => {
    app.kill("SIGTERM");
    await app.exited;
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await untilAnnounced(app.stdout);
    return { access: await setUp(origin), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Goes on reading afterwards, or the app would block on a full pipe. */
function untilAnnounced(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error("Switchyard did not start in time.")), START_MS);
  const read = async () => {
    for await (const text of output.pipeThrough(new TextDecoderStream()))
      if (text.includes("Switchyard is at")) resolve();
    reject(new Error("Switchyard ended before it was ready."));
  };
  read().catch(reject);
  return promise.finally(() => clearTimeout(timer));
}

async function setUp(origin: string): Promise<Access> {
  const answer = await fetch(`${origin}/api/v2/setup`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      token: SETUP_TOKEN,
      email: "ada@example.com",
      password: crypto.randomUUID(),
      name: "Ada",
      workspaceName: "Conformance",
    }),
  });
  if (!answer.ok) throw new Error(`Set-up answered ${answer.status}: ${await answer.text()}`);
  const { workspace, apiKey } = (await answer.json()) as {
    workspace: { uuid: string };
    apiKey: { key: string };
  };
  const [sessionCookie = ""] = (answer.headers.getSetCookie()[0] ?? "").split(";");
  return { origin, workspaceUuid: workspace.uuid, key: apiKey.key, sessionCookie };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
