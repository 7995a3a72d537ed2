import type { ComponentChildren } from "preact";
import { Mark } from "#views/components/mark.tsx";
import { Document, LiveRegion } from "#views/document.tsx";

type Props = { title: string; notice?: string | null; children: ComponentChildren };

/** For whoever is not signed in, or is nowhere in particular: one thing to do, in the middle of the page. */
export const PlainLayout = ({ title, notice = null, children }: Props) => (
  <Document title={title}>
    <div class="plain">
      <header class="plain-head">
        <a class="brand" href="/">
          <Mark /> Switchyard
        </a>
      </header>
      <LiveRegion notice={notice} />
      <main id="main" class="plain-main" tabIndex={-1}>
        {children}
      </main>
    </div>
  </Document>
);
