/** Milliseconds of repeated runs, in brief. */
export interface Times {
  p50: number;
  p99: number;
  runs: number;
}

/** Median and 99th percentile. */
export function brief(times: number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { p50: at(0.5), p99: at(0.99), runs: sorted.length };
}

/**
 * Times something that is called again and again, after a warm-up.
 *
 * @param together runs that one measurement spans, for work shorter than the clock's grain
 */
export async function timed(
  work: () => unknown,
  { runs = 300, warm = 50, together = 1 }: { runs?: number; warm?: number; together?: number } = {},
): Promise<Times> {
  for (let run = 0; run < warm; run++) await work();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    for (let again = 0; again < together; again++) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    times.push((performance.now() - start) / together);
  }
  return brief(times);
}
