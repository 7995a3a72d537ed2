/** What one way of doing something takes, in milliseconds, one at a time; and how many a second, several at once. */
export type Measured = { medianMs: number; p95Ms: number; perSecond: number };

export type Contender = { name: string; run(): Promise<unknown> };

const warmUps = 30;
const rounds = 8;
const perRound = 40;
const atOnce = 4;

/**
 * Measures contenders side by side: they take turns, round by round, so that whatever else the machine does meets them
 * alike. Their ratio is worth something; the numbers themselves belong to this machine and minute.
 */
export async function compare(contenders: readonly Contender[]): Promise<Measured[]> {
  for (const { run } of contenders) for (let n = 0; n < warmUps; n++) await run();
  const samples = contenders.map(() => ({ latencies: [] as number[], rates: [] as number[] }));
  for (let round = 0; round < rounds; round++)
    for (const [index, contender] of contenders.entries()) {
      const sample = samples[index];
      if (!sample) continue;
      sample.latencies.push(...(await latenciesOf(contender)));
      sample.rates.push(await rateOf(contender));
    }
  return samples.map(({ latencies, rates }) => ({
    medianMs: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    perSecond: quantile(rates, 0.5),
  }));
}

/** For what is more than waiting for an answer: `run` says itself how long it took, in milliseconds. */
export async function timesOf(run: () => Promise<number>): Promise<Pick<Measured, "medianMs" | "p95Ms">> {
  const times: number[] = [];
  for (let n = 0; n < warmUps; n++) await run();
  for (let n = 0; n < rounds * perRound; n++) times.push(await run());
  return { medianMs: quantile(times, 0.5), p95Ms: quantile(times, 0.95) };
}

async function latenciesOf({ run }: Contender): Promise<number[]> {
  const latencies: number[] = [];
  for (let n = 0; n < perRound; n++) {
    const began = performance.now();
    await run();
    latencies.push(performance.now() - began);
  }
  return latencies;
}

async function rateOf({ run }: Contender): Promise<number> {
  let left = perRound;
  const began = performance.now();
  const work = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (perRound / (performance.now() - began)) * 1000;
}

function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;
}
