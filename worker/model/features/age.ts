/** How long an item has been here; "Features by name" in `docs/model.md`. */
import type { ItemRow, Priors } from '../../pack/pack.ts';

const day = 86_400_000;

/**
 * @param now milliseconds since 1970
 * @returns days since midnight (UTC) of the day on which the item was created or first seen, never below 0; -1 where that is not known
 */
export function age(row: ItemRow, { since }: Priors, now: number): number {
  const first = since?.[row] ?? 0;
  return first === 0 ? -1 : Math.max(0, now / day - first);
}
