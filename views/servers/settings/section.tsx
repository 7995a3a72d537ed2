import type { ComponentChildren } from "preact";

/** What a group of settings is about on the left, the settings on the right; one under the other on a phone. */
export const Settings = ({
  id,
  title,
  about,
  children,
}: {
  id: string;
  title: string;
  about?: ComponentChildren;
  children: ComponentChildren;
}) => (
  <section id={id} class="settings" aria-labelledby={`${id}-title`}>
    <div class="settings-about">
      <h2 id={`${id}-title`}>{title}</h2>
      {about && <p class="muted">{about}</p>}
    </div>
    <div class="settings-body">{children}</div>
  </section>
);
