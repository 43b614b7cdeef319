/** A visitor's past without some of it: for a replay, and to see what an item of the past does. */
import type { CompactedInteractions, Without } from '../src/contract.ts';
import type { Visit } from './ask.ts';

/** Says of each interaction whether it stays. */
export function allBut(
  without: Without,
): (interaction: { readonly id?: string; readonly item: string }) => boolean {
  if ('item' in without) return ({ item }) => item !== without.item;
  const ids = new Set(without);
  return ({ id }) => id === undefined || !ids.has(id);
}

/** The sums that stay: a single interaction can't be taken out of a sum. */
export const sumsBut = (
  without: Without,
  sums: readonly CompactedInteractions[],
): readonly CompactedInteractions[] => ('item' in without ? sums.filter(allBut(without)) : sums);

/** The same visit by somebody who has never touched an item, as far as is at hand. */
export const visitWithout = (item: string, visit: Visit): Visit => ({
  ...visit,
  interactions: visit.interactions.filter(allBut({ item })),
  compacted: sumsBut({ item }, visit.compacted ?? []),
});
