/** What a product is called on a card, in a sentence and on its label. */

interface Titled {
  readonly title: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** "14 oz", "2 lb", "12 ct", "6 pk": a last part of the title that begins with a number. */
const sizeAtTheEnd = /^(?<name>.+?),\s+(?<size>(?:about |approx\.? )?[\d.][^,]*)$/i;

/** The title without its size, and the size: the one that the catalogue states, else the one at the title's end. */
export function labelOf(item: Titled): { name: string; size: string } {
  const stated = item.attributes?.size;
  if (stated !== undefined) return { name: item.title.replace(`, ${stated}`, ''), size: String(stated) };
  const { name, size } = sizeAtTheEnd.exec(item.title)?.groups ?? {};
  return { name: name ?? item.title, size: size ?? '' };
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
