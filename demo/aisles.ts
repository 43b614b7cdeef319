/** The shop's own aisles. The data's departments are a wholesaler's ("Grocery" holds two thirds of it); these are a shopper's. */

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

/** First match decides; tried on the item's categories, broad to narrow, in lower case. */
const rules: readonly (readonly [RegExp, AisleId])[] = [
  [/\b(cat|dog|pet|bird)\b.*(food|litter|treat|care|seed|supplies)|\bpets?\b|bird ?seed/, 'pets'],
  [/\bbaby\b|infant|diaper/, 'baby'],
  [/beer|\bales?\b|\bwines?\b|liquor|spirits|cigar|tobacco|cocktail/, 'wine'],
  [
    /floral|flower|roses|garden|greeting|magazine|newspaper|toys|tickets|photo|film|seasonal|easter|christmas|fireworks|stationery|wireless|continuit|card/,
    'more',
  ],
  [/salad bar/, 'produce'],
  [
    /popcorn|snack nuts|packaged natural snacks|(bag|warehouse|salty) snacks|chips|rice cakes|cracker|\bfitness/,
    'snacks',
  ],
  [/ice cream|frozen|frzn/, 'frozen'],
  [/produce|travel|frozen grocery|chef shoppe|vegetables? salad|dried fruit/, 'produce'],
  [/seafood(?! - shelf| shelf|, shelf|.*shelf)|\bfish\b|sushi/, 'fish'],
  [/deli\b|cheese|prepared food|restaurant|quick service|sandwich(?!.*spread)|lunch ?meat/, 'cheese'],
  [/candy|sweets\b|chocolate|cookies|sweet goods|snks/, 'sweets'],
  [/pastry|baked bread|bread|rolls|bagel|cakes\b|pies\b|bakery|dough/, 'bakery'],
  [/breakfast sausage|bacon/, 'meat'],
  [/\bmeat\b(?!.*shelf)|\bbeef\b|pork|chicken|turkey|lamb|veal|sausage|hot dogs|game|poultry/, 'meat'],
  [
    /fluid milk|milk by|yogurt|eggs|butter(?!.*jel)|margarine|misc.*dairy|dairy|refrigerated$|natural.*refrigerated|non-?dairy/,
    'dairy',
  ],
  [/cereal|breakfast|pancake|syrup|brkfst|morning|jelly|jam|peanut butter|pnt btr|granola/, 'breakfast'],
  [/coffee filter/, 'coffee'],
  [/\bcoffee|\bteas?\b|cocoa/, 'coffee'],
  [/drink|juice|water|jce|isotonic|soda|beverage|new age|mixers/, 'drinks'],
  [
    /hygiene|soap|hair|cold and flu|analgesic|shaving|deodor|first aid|diet|laxative|sinus|eye and ear|antacid|incontinence|lotion|facial(?! tis)|vitamin|cosmetic|makeup|\bbath\b(?! tis)|family planning|adult/,
    'care',
  ],
  [
    /tissue|paper|laundry|detergent|clean|bleach|air care|wraps|trash|bag|batter|electric|broom|mop|houseware|foil|charcoal|candle|kitchen|cookware|hardware|insect|automotive|propane|domestic|household|napkin|lawn|plastic|tiss/,
    'household',
  ],
  [/drug/, 'household'],
];

const aisleByName = new Map<string, AisleId>(aisles.map(({ name, id }) => [name, id]));
const aisleById = new Map<string, Aisle>(aisles.map((aisle) => [aisle.id, aisle]));

/** The aisle of an item, by its categories from broad to narrow. */
export function aisleOf(categories: readonly string[]): AisleId {
  const named = aisleByName.get(categories[0] ?? '');
  if (named) return named;
  const text = categories.join(' / ').toLowerCase();
  return rules.find(([pattern]) => pattern.test(text))?.[1] ?? 'pantry';
}

/** An aisle by its id. */
export const aisleNamed = (id: string): Aisle | undefined => aisleById.get(id);
