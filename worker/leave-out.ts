/** A visitor's past without some of it: for a replay, and to see what an item of the past does. */
import type { StoredInteraction, Without } from '../src/contract.ts';
import type { Visit } from './ask.ts';

/** Says of each interaction whether it stays. */
export function allBut(without: Without): (interaction: Pick<StoredInteraction, 'id' | 'item'>) => boolean {
  if ('item' in without) return ({ item }) => item !== without.item;
  const ids = new Set(without);
  return ({ id }) => !ids.has(id);
}

/** The same visit by somebody who has never touched an item, as far as is at hand. */
export const visitWithout = (item: string, visit: Visit): Visit => ({
  ...visit,
  interactions: visit.interactions.filter(allBut({ item })),
});
