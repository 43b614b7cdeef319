/** What items of the visitor's past do to a list, measured by leaving them out one by one ("Influences" in `docs/model.md`). */
import type { Influence } from '../../src/contract.ts';
import { contributionsTo } from '../model/linear.ts';
import type { Scores } from '../model/scores.ts';
import type { ItemRow } from '../pack/pack.ts';
import { nameOf } from './explain.ts';
import type { Asker, List } from './lists.ts';

/** Each costs one more scoring of everything. */
const mostLeftOut = 12;
/** So many of them for what they give to the list by the item-to-item matrix; the others are the strongest of the rest. */
const mostByMatrix = 8;

/** Places of the largest numbers, largest first, equal ones in order; zeros are none. */
function largest(numbers: Float64Array, most: number): number[] {
  return [...numbers.keys()]
    .filter((at) => numbers[at]! > 0)
    .sort((left, right) => numbers[right]! - numbers[left]! || left - right)
    .slice(0, most);
}

/** The items of the past that are worth leaving out: those that give most to these items by the matrix, then the strongest. */
function candidatesFor(rows: readonly ItemRow[], { scores, pack }: Asker): ItemRow[] {
  if (!scores.evidence) return [];
  const { interest } = scores.evidence;
  const given = new Float64Array(interest.rows.length);
  if (pack.linear)
    for (const row of rows)
      contributionsTo(row, interest, pack.linear).forEach((contribution, at) => {
        given[at]! += Math.abs(contribution);
      });
  const places = new Set(largest(given, mostByMatrix));
  for (const at of largest(interest.strengths.map(Math.abs), interest.rows.length)) {
    if (places.size >= mostLeftOut) break;
    places.add(at);
  }
  return [...places].map((at) => interest.rows[at]!);
}

/**
 * Adds `influences` to the items of a list.
 *
 * @param scoresWithout the same tier's scores for the same visitor, had they never touched an item
 */
export async function withInfluences(
  list: List,
  asker: Asker,
  scoresWithout: (item: string) => Promise<Scores>,
): Promise<List> {
  const { pack, scores } = asker;
  const shown = list.items.flatMap(({ id }) => pack.rowOf.get(id) ?? []);
  const influences = new Map(shown.map((row): [ItemRow, Influence[]] => [row, []]));
  for (const cause of candidatesFor(shown, asker)) {
    const item = pack.ids[cause]!;
    const without = await scoresWithout(item);
    const name = nameOf(cause, pack);
    for (const [row, known] of influences) {
      const change = scores.scores[row]! - without.scores[row]!;
      if (change !== 0)
        known.push({ item, change, text: `${name} speaks ${change > 0 ? 'for' : 'against'} it` });
    }
  }
  const items = list.items.map((item) => {
    const own = influences.get(pack.rowOf.get(item.id) ?? -1) ?? [];
    return { ...item, influences: own.sort((a, b) => Math.abs(b.change) - Math.abs(a.change)) };
  });
  return { ...list, items };
}
