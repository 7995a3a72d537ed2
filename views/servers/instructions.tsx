import { Badge } from "#views/components/badge.tsx";
import { LongText } from "#views/components/text.tsx";

/** What a server tells the programs that use it. A person should know it, and who says it. */
export const Instructions = ({ text }: { text: string }) => (
  <section class="section" aria-labelledby="instructions-title">
    <h2 id="instructions-title">
      What it tells assistants <Badge>the server’s own words</Badge>
    </h2>
    <blockquote class="said">
      <LongText limit={600}>{text}</LongText>
    </blockquote>
  </section>
);
