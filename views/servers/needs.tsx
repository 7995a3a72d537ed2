import type { Need, Needs } from "#src/services/servers/index.ts";
import { Banner } from "#views/components/banner.tsx";
import { Short } from "#views/components/short.tsx";
import { counted } from "#views/servers/duration.ts";
import { oobOf } from "#views/servers/out-of-band.ts";
import { pathWith } from "#views/servers/paths.ts";

type Props = { path: string; needs: Needs; isShown: boolean; outOfBand?: boolean };

const words: Record<Need, string> = {
  set_up: "set up",
  accept_issuer: "new sign-in to accept",
  mend_oauth: "refuses to renew sign-ins",
  sign_in: "connect",
  connect: "connect",
  reconnect: "reconnect",
  more_access: "give access",
};

/** What broke is louder than what was never begun. */
const urgent: Need[] = ["reconnect", "more_access", "accept_issuer", "mend_oauth"];

/** @param isShown - the list below is of these already, so the sentence would only repeat it */
export const NeedsBanner = ({ path, needs, isShown, outOfBand = false }: Props) => (
  <div id="server-needs" {...oobOf(outOfBand)}>
    {needs.total > 0 && !isShown && (
      <Banner tone={needs.first.some(({ need }) => urgent.includes(need)) ? "warn" : "info"}>
        <strong>
          {needs.total === 1 ? "1 server needs you" : `${counted(needs.total, "server")} need you`}:
        </strong>{" "}
        {needs.first.map(({ id, name, need }, index) => (
          <span key={id}>
            {index > 0 && ", "}
            <a href={`${path}/${id}`}>
              <Short room="row">{name}</Short>
            </a>{" "}
            ({words[need]})
          </span>
        ))}
        {needs.total > needs.first.length && (
          <>
            {" "}
            <a href={pathWith(path, { status: "mine" })}>and {needs.total - needs.first.length} more</a>
          </>
        )}
      </Banner>
    )}
  </div>
);
