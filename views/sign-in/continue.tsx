import { Document } from "#views/document.tsx";

/**
 * Leads on to where the browser is sent elsewhere.
 *
 * A form must not end in a redirect to another site: the content security policy (`form-action`) holds for the whole
 * chain. So the form ends here, and the browser goes on by itself, or by the link.
 */
export const ContinuePage = ({ to }: { to: string }) => (
  <Document title="Signed in" refreshTo={to}>
    <main id="main" class="plain-main" tabIndex={-1}>
      <p>
        You are signed in. <a href={to}>Go on</a>
      </p>
    </main>
  </Document>
);
