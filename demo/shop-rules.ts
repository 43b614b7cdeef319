/** What the shop itself wants, whatever a visitor's taste: an example to copy. */
import type { NewItem, Rule } from 'recluse';

/** On the shelves since this morning: no pack knows it yet. Where it belongs is said by the pack's own category names. */
export const newToday: NewItem = {
  id: 'new-today',
  title: 'Bread, rye sourdough, 24 oz',
  categories: ['Bakery', 'Fresh bread', 'Bread, bakery loaf'],
  price: 3.49,
};

/** "For you" is what is for the visitor; two of a kind are enough there, and one place is the shop's. */
export const shopRules: readonly Rule[] = [
  { kind: 'cap', name: 'two of a kind', attribute: 'category', most: 2, placements: ['for-you'] },
  {
    kind: 'pin',
    name: 'new today',
    position: 4,
    items: [newToday.id],
    placements: ['for-you'],
    priority: 1,
  },
];

/** What a card says about it; empty for all that the shop has had before. */
export const newsOf = (id: string): string => (id === newToday.id ? 'new today' : '');
