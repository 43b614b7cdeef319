/** Discounted cumulative gain of a list's first ten places, as a share of the best possible; every target counts 1. */
export function ndcgAt10(list: readonly string[], targets: readonly string[]): number {
  const wanted = new Set(targets);
  const gain = (place: number) => 1 / Math.log2(place + 2);
  const sum = (count: number, counts: (place: number) => boolean) =>
    Array.from({ length: count }, (_, place) => (counts(place) ? gain(place) : 0)).reduce((a, b) => a + b, 0);
  const best = sum(Math.min(10, wanted.size), () => true);
  return best === 0 ? 0 : sum(Math.min(10, list.length), (place) => wanted.has(list[place]!)) / best;
}
