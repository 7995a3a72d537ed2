type Watcher = {
  /** Told of every piece before it is passed on. What it throws ends the stream. */
  onBytes(count: number): void;
  /** Called once, with the error where the stream broke. */
  onEnd(error?: unknown): void;
};

/** Passes an event stream on to the SDK, whose readers keep to themselves how much came and why it ended. */
export function watchEvents(body: ReadableStream<Uint8Array>, watcher: Watcher): ReadableStream<Uint8Array> {
  const reader = body.getReader();

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          watcher.onEnd();
          controller.close();
          return;
        }
        watcher.onBytes(value.length);
        controller.enqueue(value);
      } catch (error) {
        watcher.onEnd(error);
        controller.error(error);
        await reader.cancel(error).catch(() => {});
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
