/** A list with the mix of categories that the visitor has (Steck, RecSys 2018); "Calibration" in `docs/model.md`. */

/** The choice so far, as one more item would change its mix. */
export interface Calibration {
  /** Divergence of the visitor's mix from the list's, were the candidate at a place chosen as well; 0 where they are the same. */
  divergenceWith(place: number): number;
  /** Chooses the candidate at a place. */
  choose(place: number): void;
}

/** Share of the visitor's own mix in the list's, so that a category that is missing there diverges finitely. */
const smoothing = 0.01;

/**
 * @param categories `[candidates]`, the leaf category of each
 * @param shares `[categories]`, the visitor's mix: 0 to 1, together 1, or all 0 where nothing is known, and then nothing diverges
 */
export function calibrationTo(shares: Float64Array, categories: Uint16Array): Calibration {
  const liked = Array.from(shares.keys()).filter((category) => shares[category]! > 0);
  const counts = new Uint16Array(shares.length);
  /** `[categories]`: the divergence with one more of it. */
  const divergence = new Float64Array(shares.length);
  let chosen = 0;

  function look(): void {
    const term = (category: number, count: number) => {
      const share = shares[category]!;
      return share * Math.log(share / (((1 - smoothing) * count) / (chosen + 1) + smoothing * share));
    };
    const without = liked.reduce((sum, category) => sum + term(category, counts[category]!), 0);
    divergence.fill(without);
    for (const category of liked)
      divergence[category]! += term(category, counts[category]! + 1) - term(category, counts[category]!);
  }
  look();

  return {
    divergenceWith: (place) => divergence[categories[place]!]!,
    choose(place) {
      counts[categories[place]!]!++;
      chosen++;
      look();
    },
  };
}
