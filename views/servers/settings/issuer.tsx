import type { WatchedServer } from "#src/services/servers/index.ts";
import { Confirm } from "#views/components/confirm.tsx";
import { Text } from "#views/components/text.tsx";
import { counted } from "#views/servers/duration.ts";
import { serverPath } from "#views/servers/paths.ts";
import { Settings } from "#views/servers/settings/section.tsx";

/** Somebody may have taken the server over, or it moved: only a person can tell. */
export const IssuerSettings = ({ server }: { server: WatchedServer }) => (
  <Settings
    id="issuer"
    title="Another sign-in"
    about="The server is paused: nothing is sent to it or to either sign-in until you decide."
  >
    <dl class="facts card">
      <div>
        <dt>Members signed in at</dt>
        <dd class="mono">
          <Text>{server.oauth?.issuer ?? "–"}</Text>
        </dd>
      </div>
      <div>
        <dt>Now it names</dt>
        <dd class="mono">
          <Text>{server.oauth?.otherIssuer ?? "–"}</Text>
        </dd>
      </div>
    </dl>
    <p class="after-card">
      Ask whoever runs the server whether this is so. If it names the old one again, it goes on by itself.
    </p>
    <Confirm
      id="accept-issuer"
      label="Accept the new one"
      title="Accept the new sign-in?"
      action={`${serverPath(server, "settings")}/issuer`}
      verb="Accept it"
    >
      <input type="hidden" name="issuer" value={server.oauth?.otherIssuer ?? ""} />
      <p>
        {server.memberCount === 0
          ? "Nobody is connected."
          : `${counted(server.memberCount, "person loses", "people lose")} their connection and sign in there anew.`}
      </p>
    </Confirm>
  </Settings>
);
