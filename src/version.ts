import manifest from "../package.json" with { type: "json" };

/** As in package.json: shown in the API document and told to servers as the client's version. */
export const version = manifest.version;
