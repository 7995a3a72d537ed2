/** Why the database cannot be used, in words for the operator who starts the app: what is wrong and what to do. */
export class StartError extends Error {
  override name = "StartError";
}
