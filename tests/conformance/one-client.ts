import { plugin } from "bun";

/*
 * Preloaded into the app: it takes an address for all client metadata documents. The suite expects one that it made up,
 * which no server's document could have.
 */
plugin({
  name: "one client",
  setup(build) {
    build.onLoad({ filter: /src\/settings\/addresses\.ts$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      const contents = source.replace(" && hasPlaceForServer(text)", "");
      if (contents === source) throw new Error("There is no such condition to take away.");
      return { contents, loader: "ts" };
    });
  },
});
