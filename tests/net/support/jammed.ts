import net from "node:net";

const LISTENER = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1" }, () => {
    require("node:fs").writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/**
 * A port of loopback whose queue of connections is full: a process listens and never accepts, and we have knocked until the
 * system stopped answering. Whoever connects next waits.
 */
export async function jammedPort(): Promise<AsyncDisposable & { port: number }> {
  const listener = Bun.spawn([process.execPath, "-e", LISTENER], { stdout: "pipe" });
  const { value } = await listener.stdout.getReader().read();
  const port = Number(new TextDecoder().decode(value));

  const sockets: net.Socket[] = [];
  while (await isAnswered(port, sockets)) {
    if (sockets.length > 10_000) throw new Error("the queue of connections does not fill");
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.kill("SIGKILL");
      await listener.exited;
    },
  };
}

/** Whether a hundred more connections all came about. Those of a full queue are tried again by the system in a second. */
async function isAnswered(port: number, sockets: net.Socket[]): Promise<boolean> {
  const knocks = Array.from({ length: 100 }, () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = net.connect(port, "127.0.0.1", () => resolve(true));
    socket.on("error", () => {});
    setTimeout(resolve, 200, false);
    sockets.push(socket);
    return promise;
  });
  return (await Promise.all(knocks)).every(Boolean);
}
