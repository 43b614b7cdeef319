/**
 * Team-draft interleaving (Radlinski, Kurup and Joachims, How does clickthrough data reflect retrieval quality?, CIKM 2008): two rankers
 * take turns like captains choosing teams, a coin decides who goes first in each turn, and each takes the best of its list that is
 * still there. A click counts for the ranker that brought the item.
 */

/** An interleaved list. */
export interface Draft<Item> {
  items: Item[];
  /** Which ranker brought each item. */
  teams: (0 | 1)[];
}

/**
 * @param keyOf by what an item of one list is known in the other
 * @param coin gives numbers in [0, 1)
 * @returns at most `limit` distinct items; fewer where both lists have no more. Where one list is used up, the other goes on alone
 */
export function teamDraft<Item>(
  lists: readonly [readonly Item[], readonly Item[]],
  limit: number,
  keyOf: (item: Item) => string,
  coin: () => number,
): Draft<Item> {
  const taken = new Set<string>();
  const next = [0, 0];
  const items: Item[] = [];
  const teams: (0 | 1)[] = [];

  function pick(team: 0 | 1): void {
    const list = lists[team];
    while (next[team]! < list.length && taken.has(keyOf(list[next[team]!]!))) next[team]! += 1;
    const item = list[next[team]!];
    if (item === undefined || items.length >= limit) return;
    taken.add(keyOf(item));
    items.push(item);
    teams.push(team);
  }

  for (let before = -1; items.length < limit && items.length > before; ) {
    before = items.length;
    const first = coin() < 0.5 ? 0 : 1;
    pick(first);
    pick(first === 0 ? 1 : 0);
  }
  return { items, teams };
}

/** Which ranker a list of this many clicks for each speaks for; undefined for a tie. */
export function winnerOf([first, second]: readonly [number, number]): 0 | 1 | undefined {
  if (first === second) return undefined;
  return first > second ? 0 : 1;
}
