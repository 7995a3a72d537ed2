import type { ComponentChildren } from "preact";
import { assets } from "#views/assets/index.ts";
import { Banner } from "#views/components/banner.tsx";

/** No evaluated code, no injected style, no markup of a foreign origin: what the content security policy forbids anyway. */
const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  extensions: "sse",
  defaultTimeout: 60_000,
  history: "reload",
});

type Props = {
  title: string;
  /** A path of ours that the browser goes on to by itself. */
  refreshTo?: string;
  children: ComponentChildren;
};

/** What every page is made of, whoever looks at it. */
export const Document = ({ title, refreshTo, children }: Props) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>{`${title} · Switchyard`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      {refreshTo !== undefined && <meta http-equiv="refresh" content={`0;url=${refreshTo}`} />}
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={htmxConfig} />
      <link rel="icon" href={assets.icon.url} type="image/svg+xml" />
      <link rel="stylesheet" href={assets.styles.url} />
      <script src={assets.htmx.url} defer />
      <script src={assets.script.url} defer />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      {children}
      <Alarm />
    </body>
  </html>
);

/** What the script says when something failed that no page could tell of. */
const Alarm = () => (
  <template id="alarm">
    <Banner tone="bad">
      <p />
    </Banner>
  </template>
);

/** What is said once about what was just done. It stands on every page, as only what is there can be heard to change. */
export const LiveRegion = ({ notice }: { notice: string | null }) => (
  <div id="live" class="live" role="status">
    {notice && <p class="notice">{notice}</p>}
  </div>
);
