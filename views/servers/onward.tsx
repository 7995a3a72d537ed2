import { Text } from "#views/components/text.tsx";
import { PlainLayout } from "#views/plain-layout.tsx";

/** Seen for a moment, on the way from a form of ours to a sign-in elsewhere. */
export const OnwardPage = ({ name, href }: { name: string; href: string }) => (
  <PlainLayout title={`To ${name}`}>
    <h1>
      To <Text>{name}</Text>
    </h1>
    <p>You sign in there and come back.</p>
    <p>
      <a class="button button-primary" href={href}>
        Go on
      </a>
    </p>
  </PlainLayout>
);
