/** How the visitor rates; "Features by name" in `docs/model.md`. */
import type { Manifest } from '../../pack/pack.ts';
import type { History } from '../history.ts';

/**
 * A rating is an event with a value whose type declares what values mean (`value`); money paid is none.
 *
 * @returns mean of the ratings in the unit of the log (stars); 0 without any
 */
export function avgRating({ types, values, sums }: History, { eventTypes }: Manifest): number {
  let total = 0;
  let count = 0;
  for (let event = 0; event < types.length; event++) {
    if (!eventTypes[types[event]!]!.value || values[event] === 0) continue;
    total += values[event]!;
    count++;
  }
  sums?.types.forEach((type, at) => {
    if (!eventTypes[type]!.value) return;
    total += sums.values[at]!;
    count += sums.valued[at]!;
  });
  return count === 0 ? 0 : total / count;
}
