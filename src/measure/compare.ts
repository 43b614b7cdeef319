/**
 * Which variant is best, as far as can be known from clicks and impressions: Beta posteriors over uniform priors, and from them what a decision
 * needs to know. All integrals are sums over one grid: the same input gives the same output, to about four digits.
 */

/** What is known of one variant. */
export interface Trial {
  variant: string;
  impressions: number;
  clicks: number;
}

/** What follows from it. */
export interface Judged extends Trial {
  /** Mean of the posterior: the rate that is to be expected. */
  rate: number;
  /** The rate lies between these two with probability 0.95. */
  interval: [low: number, high: number];
  /** Probability that no other variant has a higher rate. */
  best: number;
  /** How much rate is lost, in expectation, by choosing this one although another may be better. */
  loss: number;
}

/** A comparison of variants. */
export interface Comparison {
  variants: Judged[];
  /** The one whose expected loss is smallest. */
  leader: string;
  /** Whether the leader's expected loss is at most `tolerance`. */
  decided: boolean;
  /**
   * How many impressions each variant still needs until it would be decided, if rates stay as they look now; 0 where it is, null where
   * more than ten million would be needed.
   */
  needed: number | null;
}

/** When it is decided. Every field is optional. */
export interface CompareOptions {
  /** Expected loss of rate that is small enough. Default: a hundredth of the leader's rate. */
  tolerance?: number;
}

/** Lanczos' approximation of the logarithm of the gamma function, for x above 0 (Press et al., Numerical Recipes, 6.1). */
function logGamma(x: number): number {
  const terms = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
    -0.5395239384953e-5,
  ];
  let sum = 1.000000000190015;
  for (const [place, term] of terms.entries()) sum += term / (x + 1 + place);
  return (x + 0.5) * Math.log(x + 5.5) - (x + 5.5) + Math.log((2.5066282746310007 * sum) / x);
}

interface Beta {
  readonly alpha: number;
  readonly beta: number;
}

const meanOf = ({ alpha, beta }: Beta): number => alpha / (alpha + beta);
const deviationOf = ({ alpha, beta }: Beta): number =>
  Math.sqrt((alpha * beta) / ((alpha + beta) ** 2 * (alpha + beta + 1)));

/** What of an impression or click count can be used: clicks without impressions count as seen. */
function posteriorOf({ impressions, clicks }: Trial): Beta {
  const whole = (count: number) => (Number.isFinite(count) && count > 0 ? count : 0);
  const hits = whole(clicks);
  return { alpha: 1 + hits, beta: 1 + Math.max(0, whole(impressions) - hits) };
}

/** Points of the grid for each posterior. */
const perPosterior = 600;
/** Standard deviations to each side of a mean within which they lie; of the widest tail, an exponential one, 2 in a million lie beyond. */
const reach = 12;
/** Beyond, each step is so much wider than the one before. */
const growth = 1.5;

/** Points in (0, 1), close together wherever a posterior lies, so that a narrow one is not missed. */
function gridFor(posteriors: readonly Beta[]): Float64Array {
  const points = new Set<number>([0, 1]);
  for (const posterior of posteriors) {
    const [mean, deviation] = [meanOf(posterior), deviationOf(posterior)];
    const [from, to] = [Math.max(0, mean - reach * deviation), Math.min(1, mean + reach * deviation)];
    for (let step = 0; step <= perPosterior; step++) points.add(from + ((to - from) * step) / perPosterior);
    for (let far = reach * deviation; mean - far > 0 || mean + far < 1; far *= growth) {
      points.add(Math.max(0, mean - far));
      points.add(Math.min(1, mean + far));
    }
  }
  return Float64Array.from(points).sort();
}

/** The distribution function of a posterior at each point of the grid, and the probability of each step. */
function cumulated(grid: Float64Array, { alpha, beta }: Beta): { below: Float64Array; mass: Float64Array } {
  const scale = logGamma(alpha + beta) - logGamma(alpha) - logGamma(beta);
  const density = (x: number) =>
    Math.exp(
      scale + (alpha - 1) * Math.log(Math.max(x, 1e-300)) + (beta - 1) * Math.log(Math.max(1 - x, 1e-300)),
    );
  const mass = new Float64Array(grid.length - 1);
  let total = 0;
  for (let step = 0; step < mass.length; step++) {
    const [from, to] = [grid[step]!, grid[step + 1]!];
    // Simpson's rule.
    mass[step] = ((to - from) / 6) * (density(from) + 4 * density((from + to) / 2) + density(to));
    total += mass[step]!;
  }
  const below = new Float64Array(grid.length);
  for (let step = 0; step < mass.length; step++) {
    mass[step]! /= total;
    below[step + 1] = below[step]! + mass[step]!;
  }
  return { below, mass };
}

function quantile(grid: Float64Array, below: Float64Array, share: number): number {
  const at = Math.max(
    1,
    below.findIndex((probability) => probability >= share),
  );
  const [from, to] = [below[at - 1]!, below[at]!];
  const part = to > from ? (share - from) / (to - from) : 0;
  return grid[at - 1]! + part * (grid[at]! - grid[at - 1]!);
}

interface Judgement {
  best: number;
  loss: number;
  interval: [number, number];
}

function judged(posteriors: readonly Beta[]): Judgement[] {
  const grid = gridFor(posteriors);
  const all = posteriors.map((posterior) => cumulated(grid, posterior));
  const middle = (below: Float64Array, step: number) => (below[step]! + below[step + 1]!) / 2;
  let highest = 0;
  for (let step = 0; step + 1 < grid.length; step++) {
    const allBelow = all.reduce((product, { below }) => product * middle(below, step), 1);
    highest += (1 - allBelow) * (grid[step + 1]! - grid[step]!);
  }
  return all.map(({ below, mass }, one) => {
    let best = 0;
    for (let step = 0; step < mass.length; step++) {
      const others = all.reduce(
        (product, { below: theirs }, other) => (other === one ? product : product * middle(theirs, step)),
        1,
      );
      best += mass[step]! * others;
    }
    return {
      best,
      loss: Math.max(0, highest - meanOf(posteriors[one]!)),
      interval: [quantile(grid, below, 0.025), quantile(grid, below, 0.975)],
    };
  });
}

const leastLoss = (judgements: readonly Judgement[]): number =>
  judgements.reduce((least, { loss }, at) => (loss < judgements[least]!.loss ? at : least), 0);

/** No more impressions are asked for. */
const mostNeeded = 1e7;

/** The smallest number of further impressions each, to two digits, after which the loss would be tolerable. */
function neededFor(posteriors: readonly Beta[], tolerance: number): number | null {
  const lossAfter = (impressions: number): number => {
    const later = posteriors.map((posterior) => {
      const hits = impressions * meanOf(posterior);
      return { alpha: posterior.alpha + hits, beta: posterior.beta + impressions - hits };
    });
    const judgements = judged(later);
    return judgements[leastLoss(judgements)]!.loss;
  };
  if (lossAfter(0) <= tolerance) return 0;
  let enough = 10;
  while (lossAfter(enough) > tolerance) {
    enough *= 2;
    if (enough > mostNeeded) return null;
  }
  let short = enough / 2;
  while (enough - short > Math.max(1, enough / 100)) {
    const between = Math.round((enough + short) / 2);
    if (lossAfter(between) <= tolerance) enough = between;
    else short = between;
  }
  return Math.ceil(enough);
}

/**
 * Compares variants by the clicks of their impressions: those of one device (`experiment()`), or those of all that a shop has from elsewhere. Counts
 * that are no numbers, or below 0, count as 0.
 *
 * @throws RangeError without any variant
 */
export function compare(trials: readonly Trial[], { tolerance }: CompareOptions = {}): Comparison {
  if (trials.length === 0) throw new RangeError('compare() needs one variant or more.');
  const posteriors = trials.map(posteriorOf);
  const judgements = judged(posteriors);
  const leader = leastLoss(judgements);
  const tolerable = tolerance ?? meanOf(posteriors[leader]!) / 100;
  const needed = neededFor(posteriors, tolerable);
  return {
    variants: trials.map(({ variant, impressions, clicks }, at) => ({
      variant,
      impressions,
      clicks,
      rate: meanOf(posteriors[at]!),
      ...judgements[at]!,
    })),
    leader: trials[leader]!.variant,
    decided: needed === 0,
    needed,
  };
}
