import { answerToFailure } from "#src/http/errors.ts";
import { eventStream, type EventStream } from "#src/http/page-stream.ts";
import type { Ctx } from "#src/services/context.ts";

type Asked = { ctx: Ctx; request: Request };

/**
 * @param ctx - its signal says that whoever asked has gone
 * @param tell - puts parts of the page where their ids stand; does nothing where nobody can see that
 */
type Work = (ctx: Ctx, tell: (parts: string) => void) => Promise<Response>;

/**
 * Answers a form whose work takes its time. Script that takes event streams, as htmx' extension says of itself in `Accept`,
 * is told of the work as it goes on, and at its end given the page or sent on to one; everybody else gets the answer
 * alone.
 */
export async function withProgress({ ctx, request }: Asked, work: Work): Promise<Response> {
  if (!request.headers.get("accept")?.includes("text/event-stream")) return work(ctx, () => {});
  return eventStream((stream) => {
    const gone = new AbortController();
    const tell = (parts: string): void => stream.send({ data: parts });
    const answer = async (): Promise<Response> => {
      try {
        return await work({ ...ctx, signal: gone.signal }, tell);
      } catch (error) {
        return answerToFailure(request, error, { log: ctx.log, publicUrl: ctx.settings.publicUrl });
      }
    };
    answer()
      .then((answered) => finish(stream, answered))
      // Nobody else would hear of it, and what nobody hears of ends the process.
      .catch((error: unknown) =>
        ctx.log.error({ requestId: ctx.requestId, error }, "a form was not answered"),
      )
      .finally(() => stream.end());
    return () => gone.abort();
  });
}

/** A stream cannot redirect: `onward` is for the script of our pages. */
async function finish(stream: EventStream, answer: Response): Promise<void> {
  const location = answer.headers.get("location");
  stream.send(location === null ? { data: await answer.text() } : { event: "onward", data: location });
}
