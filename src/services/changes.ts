import * as rows from "#src/db/changes.ts";
import type { Ctx, Deps } from "#src/services/context.ts";

/** Whoever shows servers as they are. */
export type Subscriber = {
  onChange(serverId: number): void;
  /** A member's role is another one, or they are no longer one. */
  onMember(memberId: number): void;
  /** Nothing more will come: the app stops. */
  onEnd(): void;
};

/** What happens to servers and to those who look at them, in this process and in every other on the same database. */
export type Changes = {
  /** @returns ends the subscription; twice is the same as once */
  subscribe(workspaceId: string, subscriber: Subscriber): () => void;
  /** Settled once whoever has subscribed is told of what happens from then on, or nobody can be. */
  listening(): Promise<void>;
  /** Ends all of them, and lets nobody subscribe any more. */
  close(): void;
};

type Listening = {
  listen(channel: string, onPayload: (payload: string) => void): Promise<unknown>;
};

/**
 * Listens from the first subscriber on. What is lost on the way is not told again: a change only says that what was read
 * before may be old.
 */
export function createChanges(database: Listening, log: Deps["log"]): Changes {
  const subscribers = new Map<string, Set<Subscriber>>();
  let listening: Promise<void> | null = null;
  let isClosed = false;

  const onPayload = (payload: string): void => {
    const change = rows.readChange(payload);
    if (!change) return;
    for (const subscriber of subscribers.get(change.workspaceId) ?? [])
      if ("serverId" in change) subscriber.onChange(change.serverId);
      else subscriber.onMember(change.memberId);
  };
  const listen = async (): Promise<void> => {
    try {
      await database.listen(rows.changesChannel, onPayload);
    } catch (error) {
      listening = null;
      log.warn({ error }, "pages are not told of changes");
    }
  };

  return {
    subscribe(workspaceId, subscriber) {
      if (isClosed) {
        subscriber.onEnd();
        return () => {};
      }
      listening ??= listen();
      const others = subscribers.get(workspaceId) ?? new Set();
      subscribers.set(workspaceId, others.add(subscriber));
      return () => {
        others.delete(subscriber);
        if (others.size === 0 && subscribers.get(workspaceId) === others) subscribers.delete(workspaceId);
      };
    },
    async listening() {
      await listening;
    },
    close() {
      isClosed = true;
      for (const watching of subscribers.values()) for (const one of watching) one.onEnd();
      subscribers.clear();
    },
  };
}

/** Tells everybody who looks at a server that it is no longer as it was. Within a transaction, with its commit. */
export const announce = (
  { db }: Pick<Deps, "db">,
  server: { workspaceId: string; id: number },
): Promise<void> => rows.announce(db, { workspaceId: server.workspaceId, serverId: server.id });

/** Tells every page that a member has open that they may do something else than before, or nothing any more. */
export const announceMember = (
  { db }: Pick<Deps, "db">,
  member: { workspaceId: string; id: number },
): Promise<void> => rows.announce(db, { workspaceId: member.workspaceId, memberId: member.id });

/** Where the workspace's servers stand, to find out later whether anything has happened since. */
export const standing = ({ db, member }: Pick<Ctx, "db" | "member">): ReturnType<typeof rows.standing> =>
  rows.standing(db, member.workspaceId);
