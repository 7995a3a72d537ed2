const PATIENCE_MS = 5_000;

/** Waits for a database's answer, but not for as long as a lost network or a stuck transaction would have it. */
export async function withinPatience(answer: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("The database did not answer in time.")), PATIENCE_MS);
  await Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}
