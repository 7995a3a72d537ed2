import { connect } from "node:net";
import { afterAll } from "bun:test";
import { createApp } from "#src/app.ts";
import type { Deps } from "#src/services/context.ts";

/** The app on a port of its own, as `main` listens; its public URL stays the one of its settings. Ends with the file. */
export function listen(deps: Deps): number {
  const app = createApp(deps).listen({
    hostname: "127.0.0.1",
    port: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    development: false,
  });
  afterAll(() => app.server?.stop(true));
  return app.server?.port ?? 0;
}

/** What came back on the wire, and whether the server has closed the connection. */
export type Spoken = { status: number; headers: Record<string, string>; body: string; isClosed: boolean };

/**
 * Says something to a port, byte for byte, and listens until the server closes or has been quiet for a while.
 *
 * @param drip - said again and again, every 20 ms, for as long as the connection is open
 */
export function speak(port: number, text: string, drip = ""): Promise<Spoken> {
  const { promise, resolve } = Promise.withResolvers<Spoken>();
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  const finish = (isClosed: boolean) => {
    clearTimeout(quiet);
    clearInterval(dripping);
    socket.destroy();
    resolve({ ...read(heard), isClosed });
  };
  let quiet = setTimeout(finish, 5_000, false);
  const dripping = setInterval(() => drip !== "" && socket.write(drip), 20);
  socket.on("data", (bytes) => {
    heard += bytes;
    clearTimeout(quiet);
    quiet = setTimeout(finish, 150, false);
  });
  socket.on("close", () => finish(true));
  socket.on("error", () => {});
  socket.write(text);
  return promise;
}

function read(heard: string): Omit<Spoken, "isClosed"> {
  const [head = "", ...rest] = heard.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(":")).toLowerCase(),
    line.slice(line.indexOf(":") + 1).trim(),
  ]);
  return {
    status: Number(first.split(" ")[1]),
    headers: Object.fromEntries(headers),
    body: rest.join("\r\n\r\n"),
  };
}
