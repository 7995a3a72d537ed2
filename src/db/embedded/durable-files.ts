import fs from "node:fs";
import type { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type ModuleOptions = Parameters<NodeFS["init"]>[1];

/** The part of the WebAssembly runtime that PGlite's own `NodeFS` mounts; its types leave it out. */
type Runtime = {
  NODEFS: {
    stream_ops: { fsync?(stream: { nfd: number }): number };
    tryFSOperation<T>(operation: () => T): T;
  };
};

/**
 * Files of a directory that obey `fsync`, which PGlite's own answer without doing anything. With them, and with `fsync`
 * on, what was committed is there after a power failure too, and the directory is never half written.
 */
export class DurableFiles extends NodeFS {
  override async init(engine: PGlite, options: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
    const { emscriptenOpts } = await super.init(engine, options);
    const addSync = (module: object): void => {
      const { NODEFS } = module as Runtime;
      NODEFS.stream_ops.fsync = ({ nfd }) => {
        NODEFS.tryFSOperation(() => fs.fsyncSync(nfd));
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addSync] } };
  }
}
