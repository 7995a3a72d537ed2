/** `id` is what the browser names when it comes back after a break; `data` may have any number of lines. */
export type ServerSentEvent = { id?: string; event?: string; data?: string };

export type EventStream = {
  send(event: ServerSentEvent): void;
  /** Twice is the same as once. */
  end(): void;
  readonly isOver: boolean;
};

/** Proxies and our own server take a quiet connection for a dead one. */
const heartbeatMs = 20_000;
const maxWaitingBytes = 1024 * 1024;

/**
 * A stream of events (HTML Living Standard, "Server-sent events") that lasts until it is ended or the browser goes away.
 * Who does not read what is sent is cut off: a browser comes back by itself.
 *
 * @param begin - gets the stream when it is open, and returns what lets go of everything when it is over
 * @param onHeartbeat - asked every twenty seconds
 */
export function eventStream(
  begin: (stream: EventStream) => () => void,
  onHeartbeat: (stream: EventStream) => void = () => {},
): Response {
  let over = (): void => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const encoder = new TextEncoder();
        let isOver = false;
        let release = (): void => {};
        const write = (text: string): void => {
          if (isOver) return;
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) <= 0) stream.end();
        };
        const timer = setInterval(() => {
          write(": still here\n\n");
          if (!isOver) onHeartbeat(stream);
        }, heartbeatMs);
        over = () => {
          if (isOver) return;
          isOver = true;
          clearInterval(timer);
          release();
        };
        const stream: EventStream = {
          send: (event) => write(encodeEvent(event)),
          end() {
            if (isOver) return;
            over();
            controller.close();
          },
          get isOver() {
            return isOver;
          },
        };
        write(": open\n\n");
        release = begin(stream);
        if (isOver) release();
      },
      cancel: () => over(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxWaitingBytes }),
  );
  return new Response(body, {
    headers: { "content-type": "text/event-stream;charset=utf-8", "cache-control": "no-store" },
  });
}

/** A line break within a field would begin another field. */
export function encodeEvent({ id, event, data }: ServerSentEvent): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${oneLine(id)}`]),
    ...(event === undefined ? [] : [`event: ${oneLine(event)}`]),
    ...(data === undefined ? [] : data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`)),
  ];
  return `${lines.join("\n")}\n\n`;
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, "");
