/** What the visitor has been interested in lately: `x` of `docs/model.md`, without its zeros. */
import type { ItemRow, Manifest } from '../pack/pack.ts';
import type { History } from './history.ts';

/** A sparse vector over items. Rows ascend and are distinct. */
export interface Interest {
  readonly rows: Int32Array;
  /** `[rows.length]`, signed. */
  readonly strengths: Float64Array;
}

const day = 86_400;

/** What remains of something after `amount`, half of it after each `halfLife`; all of it where there is no half-life. */
export function decay(amount: number, halfLife: number | null): number {
  return halfLife === null ? 1 : 2 ** (-amount / halfLife);
}

/** Sums each item's event weights, decayed by age and by how many events are newer, and dampens the sums. */
export function interestOf(history: History, parameters: Manifest['linear']): Interest {
  const { rows, ages, weights, sums: older } = history;
  const { halfLifeDays, halfLifeEvents, power } = parameters;
  const sums = new Map<ItemRow, number>();
  for (let event = 0; event < rows.length; event++) {
    const rank = rows.length - 1 - event;
    const strength = weights[event]! * decay(ages[event]! / day, halfLifeDays) * decay(rank, halfLifeEvents);
    sums.set(rows[event]!, (sums.get(rows[event]!) ?? 0) + strength);
  }
  for (const [at, row] of older?.rows.entries() ?? [])
    sums.set(row, (sums.get(row) ?? 0) + older!.interest[at]!);
  const ascending = Int32Array.from(sums.keys()).sort();
  return {
    rows: ascending,
    strengths: Float64Array.from(ascending, (row) => {
      const sum = sums.get(row)!;
      return Math.sign(sum) * Math.abs(sum) ** power;
    }),
  };
}
