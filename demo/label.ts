/** What a product is called on a card, in a sentence and on its label. */

interface Titled {
  readonly title: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** "14 oz", "2 lb", "12 ct", "6 pk": a last part of the title that begins with a number. */
const sizeAtTheEnd = /^(?<name>.+?),\s+(?<size>(?:about |approx\.? )?[\d.][^,]*)$/i;

/** What tells two products of one name apart; on a card it stands beside the size. */
const distinctions = /, (own brand|no\. \d+)(?=,|$)/g;

/**
 * The title without its size, and the small print: the size that the catalogue states, else the one at the title's
 * end, and what tells the product apart from others of its name.
 */
export function labelOf(item: Titled): { name: string; size: string } {
  const apart = [...item.title.matchAll(distinctions)].map(([, words]) => words!);
  const title = item.title.replace(distinctions, '');
  const stated = item.attributes?.size;
  const found = sizeAtTheEnd.exec(title)?.groups;
  const name = stated === undefined ? (found?.name ?? title) : title.replace(`, ${stated}`, '');
  const size = stated === undefined ? (found?.size ?? '') : String(stated);
  return { name, size: [size, ...apart].filter(Boolean).join(' · ') };
}

/** The product in the middle of a sentence: "Coffee, ground, 12 oz" is "coffee". */
export function plainName(item: Titled): string {
  const first = labelOf(item).name.split(/[,(:]/, 1)[0]!.trim();
  return /^[A-Z][a-z]/.test(first) ? first[0]!.toLowerCase() + first.slice(1) : first;
}

/** How a category is written in an address. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
