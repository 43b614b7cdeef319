/** What a list is told to follow. The machinery behind it is loaded only where there are rules. */
import type { Reason, Rule, UnmetRule } from '../../../src/contract.ts';
import type { ItemRow } from '../../pack/pack.ts';
import type { Ranking } from '../ranking.ts';

/** A rule that counts for a list: its dates and its placement fit. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly name: string;
  /** What it is called where it came from, for errors: `rules[2]`. */
  readonly field: string;
}

/** What arranging must know of the list. */
export interface Frame {
  /** Places of the list. */
  readonly limit: number;
  /** Places of the pages before it. */
  readonly offset: number;
  /** Whether a pin may bring an item here although a filter left it out. */
  readonly mayAppear: (row: ItemRow) => boolean;
  /** The tier's score of an item that is brought here. */
  readonly scoreOf: (row: ItemRow) => number;
}

/** A list after pins, caps, shares and what is required. */
export interface Arrangement {
  readonly ranking: Ranking;
  readonly unmet: readonly UnmetRule[];
  /** Names of the rules that brought items to where they are. */
  readonly pinned: ReadonlyMap<ItemRow, string>;
  readonly required: ReadonlyMap<ItemRow, string>;
}

/** Rules compiled for one pack; pure functions from list to list. */
export interface AppliedRules {
  /** Whether there is a filter, so that items of which nothing is known must stay away. */
  readonly filters: boolean;
  filter(ranking: Ranking): Ranking;
  /** @param ranking sorted by score */
  boost(ranking: Ranking): Ranking;
  bury(ranking: Ranking): Ranking;
  /** Whether there is anything to arrange. */
  readonly arranges: boolean;
  arrange(ranking: Ranking, frame: Frame): Arrangement;
  /** The rules that had to do with an item's place. */
  reasonsFor(row: ItemRow, arrangement: Arrangement | undefined): Reason[];
}
