/** The shelves that everybody sees first, made from the popular lists alone: by the build, into the page. */
import type { ItemDisplay } from 'recluse';
import { type AisleId, aisleNamed, aisleOf } from './aisles.ts';
import { plainCard } from './card.ts';
import { slug } from './label.ts';
import type { Shelf } from './shelf.ts';
import { mayBeSuggested } from './suggestible.ts';

/** Cards on a shelf. Two screens of a desktop. */
export const shelfLength = 12;

/** The aisles that have a shelf of their own on the first page. */
export const aislesAtHome: readonly AisleId[] = ['produce', 'bakery', 'snacks'];

/** Titles of the shelves that are there from the start. */
export const titles = {
  'for-you': { title: 'For you', about: 'what everybody likes, until the shop knows you' },
  popular: { title: 'Popular now', about: '' },
  rising: { title: 'Rising now', about: 'bought more often than it was' },
} as const;

/** `overall` and `recent` are products, best first. No product stands on two shelves. */
export function shopWindow(overall: readonly ItemDisplay[], recent: readonly ItemDisplay[]): Shelf[] {
  const shown = new Set<string>();
  const take = (candidates: readonly ItemDisplay[]) => {
    const taken = candidates
      .filter((item) => !shown.has(item.id) && mayBeSuggested(item))
      .slice(0, shelfLength);
    for (const { id } of taken) shown.add(id);
    return taken.map(plainCard);
  };
  const shelves: Shelf[] = [
    { placement: 'for-you', ...titles['for-you'], source: 'popular', cards: take(overall) },
    { placement: 'popular', ...titles.popular, source: 'popular', cards: take(recent) },
    ...aislesAtHome.map((aisle) => {
      const { name } = aisleNamed(aisle)!;
      return {
        placement: `aisle-${aisle}`,
        title: name,
        about: '',
        more: `/category/${slug(name)}`,
        source: 'popular',
        cards: take(overall.filter(({ categories }) => aisleOf(categories) === aisle)),
      };
    }),
  ];
  return shelves.filter(({ cards }) => cards.length > 0);
}
