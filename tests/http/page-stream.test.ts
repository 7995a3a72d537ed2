import { expect, test } from "bun:test";
import { encodeEvent, type EventStream, eventStream } from "#src/http/page-stream.ts";

test.each([
  [{ data: "one" }, "data: one\n\n"],
  [{ data: "one\ntwo\r\nthree\rfour" }, "data: one\ndata: two\ndata: three\ndata: four\n\n"],
  [{ data: "" }, "data: \n\n"],
  [{ id: "7", event: "stale" }, "id: 7\nevent: stale\n\n"],
  [{ id: "7\nevent: forged\0", data: "x" }, "id: 7event: forged\ndata: x\n\n"],
])("an event is encoded so that no field begins another: %j", (event, text) => {
  expect(encodeEvent(event)).toBe(text);
});

test("a stream that is ended ends for its reader, and lets go once", async () => {
  let released = 0;
  const response = eventStream((stream) => {
    stream.send({ data: "hello" });
    queueMicrotask(() => {
      stream.end();
      stream.end();
      stream.send({ data: "too late" });
    });
    return () => void (released += 1);
  });

  expect(await response.text()).toBe(": open\n\ndata: hello\n\n");
  expect(released).toBe(1);
});

test("a reader who goes away is let go of", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const response = eventStream(() => resolve);

  await response.body?.cancel();

  await promise;
});

test("a reader who does not read is cut off", () => {
  let opened: EventStream | undefined;
  eventStream((stream) => {
    opened = stream;
    return () => {};
  });

  opened?.send({ data: "x".repeat(2 * 1024 * 1024) });

  expect(opened?.isOver).toBeTrue();
});
