/** The shop's aisles with their pictures: the broadest categories of the pack, in the order of a walk through the shop. */

export const aisles = [
  { id: 'produce', name: 'Fruit & vegetables', picture: 'broccoli' },
  { id: 'bakery', name: 'Bakery', picture: 'baguette-bread' },
  { id: 'dairy', name: 'Milk, eggs & butter', picture: 'glass-of-milk' },
  { id: 'cheese', name: 'Cheese & deli', picture: 'cheese-wedge' },
  { id: 'meat', name: 'Meat', picture: 'cut-of-meat' },
  { id: 'fish', name: 'Fish', picture: 'fish' },
  { id: 'breakfast', name: 'Breakfast', picture: 'pancakes' },
  { id: 'pantry', name: 'Pantry', picture: 'canned-food' },
  { id: 'frozen', name: 'Frozen', picture: 'ice' },
  { id: 'snacks', name: 'Snacks', picture: 'pretzel' },
  { id: 'sweets', name: 'Sweets', picture: 'chocolate-bar' },
  { id: 'coffee', name: 'Coffee & tea', picture: 'hot-beverage' },
  { id: 'drinks', name: 'Soft drinks & juice', picture: 'beverage-box' },
  { id: 'wine', name: 'Beer & wine', picture: 'wine-glass' },
  { id: 'household', name: 'Household', picture: 'roll-of-paper' },
  { id: 'care', name: 'Health & beauty', picture: 'lotion-bottle' },
  { id: 'baby', name: 'Baby', picture: 'baby-bottle' },
  { id: 'pets', name: 'Pets', picture: 'paw-prints' },
  { id: 'more', name: 'Flowers, papers & more', picture: 'bouquet' },
] as const;

export type Aisle = (typeof aisles)[number];
export type AisleId = Aisle['id'];

const aisleByName = new Map<string, AisleId>(aisles.map(({ name, id }) => [name, id]));
const aisleById = new Map<string, Aisle>(aisles.map((aisle) => [aisle.id, aisle]));

/** The aisle of an item: the broadest of its categories. What belongs to none stands with the rest. */
export const aisleOf = (categories: readonly string[]): AisleId =>
  aisleByName.get(categories[0] ?? '') ?? 'pantry';

/** An aisle by its id. */
export const aisleNamed = (id: string): Aisle | undefined => aisleById.get(id);
