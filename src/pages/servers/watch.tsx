import { eventStream, type EventStream } from "#src/http/page-stream.ts";
import { sessionCookieOf } from "#src/http/session-cookie.ts";
import { AppError } from "#src/errors.ts";
import * as changes from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { identify } from "#src/services/identity.ts";
import { requireScope } from "#src/services/scopes.ts";
import { renderPart } from "#views/render.ts";
import { Farewell, type Parting } from "#views/servers/farewell.tsx";

type Watched = {
  concerns(serverId: number): boolean;
  /**
   * What takes the place of what the page shows, for whoever looks as they may look now.
   *
   * @param serverIds - what has changed; null after a break, when it may be anything
   * @returns null where only the page as a whole can tell
   */
  render(ctx: Ctx, serverIds: number[] | null): Promise<string | null>;
};

/**
 * Tells a page of changes as long as it is open. Each time it is found out anew who looks: whoever lost the right to, or
 * has another role, is told so, and the stream is over. A page that comes back after a break is told what it missed, if anything.
 */
export function watch({ ctx, request }: { ctx: Ctx; request: Request }, watched: Watched): Response {
  const seen = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("since");

  const begin = (stream: EventStream): (() => void) => {
    const pending = new Set<number>();
    let mayBeBehind = true;
    let isBusy = false;
    /** One thing after another: what was read later is told later, and never the other way round. */
    const tell = async (): Promise<void> => {
      if (isBusy) return;
      isBusy = true;
      try {
        if (mayBeBehind) await catchUp(stream);
        mayBeBehind = false;
        await tellAll(stream, pending);
      } catch (error) {
        giveUp(stream, error);
      } finally {
        isBusy = false;
      }
      // What came between the last look and here.
      if (pending.size > 0 && !stream.isOver) void tell();
    };
    const unsubscribe = ctx.changes.subscribe(ctx.member.workspaceId, {
      onChange(serverId) {
        if (!watched.concerns(serverId)) return;
        pending.add(serverId);
        void tell();
      },
      onMember(memberId) {
        if (memberId === ctx.member.id) asTheyAre(stream).catch((error: unknown) => giveUp(stream, error));
      },
      onEnd: () => stream.end(),
    });
    void tell();
    return unsubscribe;
  };

  function giveUp(stream: EventStream, error: unknown): void {
    ctx.log.warn({ requestId: ctx.requestId, error }, "a page was not told of a change");
    stream.end();
  }

  /** What happens while this process only begins to listen would be told to nobody, so it is found out after that. */
  async function catchUp(stream: EventStream): Promise<void> {
    await ctx.changes.listening();
    const { mark } = await changes.standing(ctx);
    if (mark === seen) stream.send({ id: mark });
    else await show(stream, ctx, null);
  }

  async function show(stream: EventStream, now: Ctx, ids: number[] | null): Promise<void> {
    const { mark } = await changes.standing(now);
    const parts = await watched.render(now, ids);
    stream.send({ id: mark, ...(parts === null ? { event: "stale" } : { data: parts }) });
  }

  async function tellAll(stream: EventStream, pending: Set<number>): Promise<void> {
    while (pending.size > 0 && !stream.isOver) {
      const ids = [...pending];
      pending.clear();
      const now = await asTheyAre(stream);
      if (!now) return;
      await show(stream, now, ids);
    }
  }

  /** Null once they may not look, or not as they did when the page was made: the page says so, and that is its end. */
  async function asTheyAre(stream: EventStream): Promise<Ctx | null> {
    const { publicUrl } = ctx.settings;
    const proof = {
      authorization: request.headers.get("authorization"),
      cookie: sessionCookieOf(request, publicUrl),
    };
    try {
      const { member, ...who } = await identify(ctx, proof, ctx.member.workspaceId);
      if (!member) return part(stream, "removed");
      requireScope(member, "apps:read");
      if (member.role !== ctx.member.role) return part(stream, member.role);
      return { ...ctx, ...who, member };
    } catch (failure) {
      if (!(failure instanceof AppError)) throw failure;
      return part(stream, failure.reason === "not_authenticated" ? "signed_out" : "removed");
    }
  }

  function part(stream: EventStream, why: Parting): null {
    stream.send({ data: renderPart(<Farewell why={why} />) });
    stream.send({ event: "ended" });
    stream.end();
    return null;
  }

  return eventStream(begin, (stream) => {
    asTheyAre(stream).catch((error: unknown) => giveUp(stream, error));
  });
}
