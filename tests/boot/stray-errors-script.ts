import { logStrayErrors } from "#src/boot/stray-errors.ts";
import { createLogger } from "#src/lib/log.ts";

/* A process in which an error gets past everybody: `rejection` or `exception`, after which it would go on. */

logStrayErrors(createLogger({ level: "info" }));
const error = Object.assign(new Error("It broke."), { parameters: ["canary"], password: "canary" });
setTimeout(() => {
  if (process.argv[2] === "exception") throw error;
  void Promise.reject(error);
}, 0);
setTimeout(() => console.log("still here"), 50);
