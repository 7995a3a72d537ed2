type Answer = Response | ((request: Request) => Response | Promise<Response>);

/** A web site on loopback that says what it was asked for. What it does not know is 404. */
export function serveSite(pages: Record<string, Answer> = {}) {
  const asked: Request[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      asked.push(request);
      const answer = pages[new URL(request.url).pathname] ?? new Response("Not here.", { status: 404 });
      return typeof answer === "function" ? await answer(request) : answer.clone();
    },
  });
  return {
    url: server.url.href,
    /** The absolute address of something on the site. */
    at: (path: string) => new URL(path, server.url).href,
    /** Every request that came, whoever made it. */
    asked,
    paths: () => asked.map((request) => new URL(request.url).pathname),
    close: () => server.stop(true),
  };
}

/** Sends the same chunk for ever, as fast as it is read. */
export const endless = (chunk: Uint8Array, headers: Record<string, string> = {}): Response =>
  new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }), { headers });

/** Accepts the request and says nothing more, until the client gives up. */
export const silent = (request: Request): Promise<Response> =>
  new Promise((answer) =>
    request.signal.addEventListener("abort", () => answer(new Response(null, { status: 499 }))),
  );
