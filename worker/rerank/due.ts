/** What is to be bought again, and when; see "Buying again" in `docs/model.md`. */
import { type Paged, RecluseError, type RecommendRequest } from '../../src/contract.ts';
import { type Habit, habitOf } from '../model/habit.ts';
import type { Scores } from '../model/scores.ts';
import { type Asker, type List, recommendList } from './lists.ts';
import { allRows } from './wanted.ts';

/** How due something is: 1 on its day, towards 0 just after buying and long after one has stopped. */
export function readiness(daysSince: number, interval: number): number {
  const due = Math.max(0, daysSince) / Math.max(interval, Number.EPSILON);
  return due * Math.exp(1 - due);
}

/** The square root of (habit against the strongest) times readiness; 0 for what was never bought. */
function dueScores({ habit, times, daysSince, interval }: Habit, before: Scores): Scores {
  const strongest = habit.reduce((most, one) => Math.max(most, one), 0);
  const strength = (row: number) => (strongest > 0 ? Math.max(0, habit[row]!) / strongest : 0);
  const ready = (row: number) => (times[row]! > 0 ? readiness(daysSince[row]!, interval[row]!) : 0);
  const scores = habit.map((_, row) => Math.sqrt(strength(row) * ready(row)));
  return {
    source: 'linear',
    scores,
    partsOf: (row) => ({ habit: scores[row]! }),
    ...(before.evidence ? { evidence: before.evidence } : {}),
  };
}

/**
 * What the visitor has bought, by how due it is and how much it is a habit; every item says when.
 *
 * @throws RecluseError `model-unavailable` where the pack's priors are not here; `invalid-argument`, `catalogue-missing` from the filter
 */
export function buyAgainList(request: Paged<RecommendRequest>, asker: Asker): List {
  const { pack, history } = asker;
  if (!pack.priors)
    throw new RecluseError(
      'model-unavailable',
      'When something is due is told by a part of the pack that is not here.',
    );
  const signals = asker.scores.evidence?.signals ?? habitOf(history, pack.priors.interval, pack.manifest);
  const { times, daysSince, interval } = signals;
  const list = recommendList(
    request,
    { ...asker, trying: undefined, scores: dueScores(signals, asker.scores) },
    allRows(pack).filter((row) => times[row]! > 0),
  );
  return {
    ...list,
    ...(list.short === 'catalogue' ? { short: 'mode' as const } : {}),
    items: list.items.map((item) => {
      const row = pack.rowOf.get(item.id)!;
      return {
        ...item,
        due: { times: times[row]!, daysSince: daysSince[row]!, interval: interval[row]! },
      };
    }),
  };
}
