/** What a product is called on a card, in a sentence and on its label. */

interface Titled {
  readonly title: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** "14 oz", "2 lb", "12 ct", "6 pk": a last part of the title that begins with a number. */
const sizeAtTheEnd = /^(?<name>.+?),\s+(?<size>(?:about |approx\.? )?[\d.][^,]*)$/i;

/** What tells two products of one name and size apart. */
const distinctions = /, (own brand|no\. \d+)(?=,|$)/g;

/** The parts of a title. */
export interface Label {
  readonly name: string;
  /** The size that the catalogue states, else the one at the title's end; empty where there is none. */
  readonly size: string;
  /** What tells it apart from others of its name and size; empty where nothing has to. */
  readonly apart: string;
}

/** A title taken apart, so that a card can show the name in large and the rest in small. */
export function labelOf(item: Titled): Label {
  const apart = [...item.title.matchAll(distinctions)].map(([, words]) => words!).join(', ');
  const title = item.title.replace(distinctions, '');
  const stated = item.attributes?.size;
  if (stated !== undefined) return { name: title.replace(`, ${stated}`, ''), size: String(stated), apart };
  const { name, size } = sizeAtTheEnd.exec(title)?.groups ?? {};
  return { name: name ?? title, size: size ?? '', apart };
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
