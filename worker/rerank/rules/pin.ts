/** Pins: which item stands at which place, whatever its score. */
import type { PinRule, UnmetRule } from '../../../src/contract.ts';
import type { ItemRow, Pack } from '../../pack/pack.ts';
import { conditionOf, type Predicate } from '../condition.ts';
import type { Ranking } from '../ranking.ts';
import type { Frame } from './applied.ts';

/** A pin rule, compiled. */
export interface Pin {
  readonly name: string;
  readonly position: number;
  /** Ids and, where the pack knows them, rows. */
  readonly items?: readonly { readonly id: string; readonly row: ItemRow | undefined }[];
  readonly holds: Predicate;
  readonly always: boolean;
}

/** @param field of the rule, for errors */
export function pinOf(rule: PinRule, name: string, pack: Pack, field: string): Pin {
  return {
    name,
    position: rule.position,
    ...(rule.items ? { items: rule.items.map((id) => ({ id, row: pack.rowOf.get(id) })) } : {}),
    holds: conditionOf(rule.where, pack, `${field}.where`),
    always: rule.always ?? false,
  };
}

/** Items at their places. */
export interface Pinned {
  /** By place within this list. */
  readonly at: ReadonlyMap<number, { readonly row: ItemRow; readonly score: number; readonly rule: string }>;
  readonly unmet: readonly UnmetRule[];
}

/**
 * Gives each pin its place, those that go before first.
 *
 * @param fits whether caps allow one more of an item's kind; `take` counts it
 */
export function pinnedIn(
  { rows, scores }: Ranking,
  pins: readonly Pin[],
  { limit, offset, mayAppear, scoreOf }: Frame,
  { fits, take }: { fits: (row: ItemRow) => boolean; take: (row: ItemRow) => void },
): Pinned {
  const at = new Map<number, { row: ItemRow; score: number; rule: string }>();
  const taken = new Set<ItemRow>();
  const unmet: UnmetRule[] = [];
  for (const { name: rule, position, items, holds, always } of pins) {
    const put = (place: number, row: ItemRow, score: number) => {
      at.set(place, { row, score, rule });
      taken.add(row);
      take(row);
    };
    const first = position - offset;
    if (!items) {
      if (first < 0) continue;
      const found = rows.findIndex((row) => holds(row) && !taken.has(row) && fits(row));
      const why = first >= limit ? 'limit' : at.has(first) ? 'taken' : found === -1 ? 'few' : undefined;
      if (why) unmet.push({ rule, why });
      else put(first, rows[found]!, scores[found]!);
      continue;
    }
    for (const [further, { id, row }] of items.entries()) {
      const place = first + further;
      // An earlier page showed it.
      if (place < 0) continue;
      const found = row === undefined ? -1 : rows.indexOf(row);
      const absent = row === undefined || (found === -1 && !(always && mayAppear(row)));
      const why =
        place >= limit
          ? 'limit'
          : absent
            ? 'absent'
            : at.has(place) || taken.has(row)
              ? 'taken'
              : fits(row)
                ? undefined
                : 'cap';
      if (why) unmet.push({ rule, item: id, why });
      else put(place, row!, found === -1 ? scoreOf(row!) : scores[found]!);
    }
  }
  return { at, unmet };
}
