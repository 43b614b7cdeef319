/** What a tier says about every item of the pack. */
import type { Source } from '../../src/contract.ts';
import type { ItemRow } from '../pack/pack.ts';
import type { History } from './history.ts';
import { type Evidence, evidenceOf, type LinearPack } from './signals.ts';

/** One tier's answer for one visitor at one moment. */
export interface Scores {
  readonly source: Source;
  /** `[items]`, finite. */
  readonly scores: Float32Array;
  /** The parts whose sum is the item's score, by name. */
  readonly partsOf: (row: ItemRow) => Record<string, number>;
  /** The parts of the average item, where an item without any evidence has parts other than 0: what all items have speaks for none. */
  readonly typicalParts?: () => Record<string, number>;
  /** `[items]`, 0 to 1: that an item is in the visitor's next basket; where the tier is calibrated. */
  readonly probabilities?: Float32Array;
  /** What the history said, where the tier looked at it. */
  readonly evidence?: Evidence;
}

/**
 * The tier that knows nobody: the list's order, `1 / (1 + place)`, 0 for items that are not on it.
 *
 * @param list rows, best first
 */
export function popularScores(list: Int32Array, items: number): Scores {
  const scores = new Float32Array(items);
  for (let place = 0; place < list.length; place++) scores[list[place]!] = 1 / (1 + place);
  return { source: 'popular', scores, partsOf: (row) => ({ popularity: scores[row]! }) };
}

/** The linear tier: five signals, five coefficients. */
export function linearScores(history: History, pack: LinearPack): Scores {
  const evidence = evidenceOf(history, pack);
  const { together, habit, affinity, popularity, recent } = evidence.signals;
  const c = pack.manifest.linear.coefficients;
  const scores = new Float32Array(together.length);
  for (let row = 0; row < scores.length; row++)
    scores[row] =
      c.together * together[row]! +
      c.habit * habit[row]! +
      c.affinity * affinity[row]! +
      c.popularity * popularity[row]! +
      c.recent * recent[row]!;
  return {
    source: 'linear',
    scores,
    evidence,
    partsOf: (row) => ({
      together: c.together * together[row]!,
      habit: c.habit * habit[row]!,
      affinity: c.affinity * affinity[row]!,
      popularity: c.popularity * popularity[row]!,
      recent: c.recent * recent[row]!,
    }),
  };
}
