/** How lately the visitor was here; "Features by name" in `docs/model.md`. */
import type { Manifest } from '../../pack/pack.ts';
import type { History } from '../history.ts';
import { decay } from '../interest.ts';

const day = 86_400;

/** @returns 1 just now, a half after `habit.halfLifeDays`, 0 without a history */
export function recencyScore({ ages, sums }: History, { habit }: Manifest): number {
  if (ages.length === 0 && !sums) return 0;
  let newest = Number.POSITIVE_INFINITY;
  for (const age of ages) newest = Math.min(newest, age);
  for (const age of sums?.newest ?? []) newest = Math.min(newest, age);
  return decay(newest / day, habit.halfLifeDays);
}
