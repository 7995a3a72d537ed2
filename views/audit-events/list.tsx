import type { AuditEvent } from "#src/services/audit-events.ts";
import { Sentence } from "#views/audit-events/sentence.tsx";
import { Short, Whole } from "#views/components/short.tsx";
import { Time } from "#views/components/time.tsx";

/** Who did what, the newest first, to be read like sentences. */
export const EventList = ({ events }: { events: AuditEvent[] }) => (
  <ol class="events">
    {events.map((event) => (
      <li key={event.id} class="event">
        <span class="avatar" aria-hidden="true">
          {[...event.actor.name][0]?.toUpperCase() ?? "?"}
        </span>
        <div>
          <p>
            <strong>
              <Short>{event.actor.name}</Short>
            </strong>{" "}
            <Sentence event={event} />
            {event.actor.apiKeyId !== null && <span class="muted">, with an API key</span>}
          </p>
          <Whole of={[event.actor.name, event.target.name]} />
        </div>
        <Time at={event.at} />
      </li>
    ))}
  </ol>
);
