/** The rules' places in the pipeline; without rules, lists pass as they are. */

import type { UnmetRule } from '../../../src/contract.ts';
import type { Moment, Ranking, Stage } from '../ranking.ts';
import type { AppliedRules, Arrangement, Frame } from './applied.ts';

/** Stage: only what filter rules let through. */
export const rules: Stage = (ranking, { rules }) => rules?.filter(ranking) ?? ranking;

/** Stage: some items up or down, in spreads of the list. */
export const boost: Stage = (ranking, { rules }) => rules?.boost(ranking) ?? ranking;

/** Stage: some items behind all others. */
export const bury: Stage = (ranking, { rules }) => rules?.bury(ranking) ?? ranking;

/** By the list that it made. */
const arrangements = new WeakMap<Ranking, Arrangement>();

function frameOf({ wanted, scores }: Moment): Frame {
  const { limit, offset, candidates, excluded } = wanted;
  return {
    limit,
    offset,
    mayAppear: (row) => candidates.includes(row) && !excluded.has(row),
    scoreOf: (row) => scores.scores[row]!,
  };
}

/** Stage: pins, caps, shares and what is required. */
export const arrange: Stage = (ranking, moment) => {
  if (!moment.rules?.arranges) return ranking;
  const arrangement = moment.rules.arrange(ranking, frameOf(moment));
  arrangements.set(arrangement.ranking, arrangement);
  return arrangement.ranking;
};

/** How {@link arrange} came to a list; undefined where it had nothing to do. */
export const arrangementOf = (ranking: Ranking): Arrangement | undefined => arrangements.get(ranking);

/**
 * The same for a list that no visitor's scores made: what is like an item, what is popular.
 *
 * @returns the list, not yet cut where there was nothing to arrange, and how many places it would have without rules, up to the limit
 */
export function ruled(
  whole: Ranking,
  rules: AppliedRules | undefined,
  { limit, offset }: Pick<Frame, 'limit' | 'offset'>,
): Ranking & { readonly unmet?: readonly UnmetRule[]; readonly least: number } {
  const least = Math.min(limit, whole.rows.length);
  if (!rules) return { ...whole, least };
  const ranking = rules.bury(rules.boost(rules.filter(whole)));
  if (!rules.arranges) return { ...ranking, least };
  const { ranking: list, unmet } = rules.arrange(ranking, {
    limit,
    offset,
    // Nothing is known of an item that is not in such a list.
    mayAppear: () => false,
    scoreOf: () => 0,
  });
  return { ...list, unmet, least };
}
