import * as installation from "#src/db/installation.ts";
import type { Deps } from "#src/services/context.ts";

/** Tells the person at the console where to go: to the set-up, once, and from then on to the app. */
export async function announce({ db, settings }: Deps): Promise<void> {
  const { publicUrl, setupToken } = settings;
  if (await installation.isComplete(db)) {
    console.log(`Switchyard is at ${publicUrl.origin}`);
    return;
  }
  const link = new URL("/setup", publicUrl);
  link.searchParams.set("token", setupToken ?? "");
  console.log(`Switchyard is at ${publicUrl.origin}
It is new here. Set it up once, with this link:

    ${link.href}
`);
}
