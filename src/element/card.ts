/** Cards: the fields of an item put where a template names them. Whatever a field holds, it stays text. */
import type { ItemDisplay, RankedItem } from '../index.ts';

/** What a template can name, by name. */
export type CardFields = Readonly<Record<string, string>>;

/** How prices are written. */
export interface PriceFormat {
  /** A BCP 47 tag, as in `lang`. */
  language: string;
  /** ISO 4217; undefined: a bare number. */
  currency: string | undefined;
}

const named = /\{\{\s*([\w-]+)\s*\}\}/g;
const addresses = new Set(['href', 'src', 'action', 'formaction', 'poster', 'srcset', 'xlink:href']);
/** Attributes that are code: nothing is ever put there. */
const code = /^(on|style$|srcdoc$)/;

/**
 * The fields of one item: its attributes by their names, and `id`, `title`, `brand`, `category` (the narrowest), `price` (written out),
 * `position` (from 1), `reason` (English; only in lists that explain themselves). What an item does not have is empty.
 */
export function fieldsOf(item: RankedItem, display: ItemDisplay, format: PriceFormat): CardFields {
  const { id, title, brand = '', categories, price, attributes = {} } = display;
  const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)]);
  return {
    ...Object.fromEntries(texts),
    id,
    title,
    brand,
    category: categories.at(-1) ?? '',
    price: price === undefined ? '' : priceText(price, format),
    position: String(item.position + 1),
    reason: item.reasons?.[0]?.text ?? '',
  };
}

function priceText(price: number, { language, currency }: PriceFormat): string {
  try {
    return new Intl.NumberFormat(language, currency ? { style: 'currency', currency } : {}).format(price);
  } catch {
    return String(price);
  }
}

const fieldIn = (fields: CardFields, name: string) => (Object.hasOwn(fields, name) ? fields[name]! : '');

/** `{{name}}` replaced by what the field holds. */
export function filledText(text: string, fields: CardFields): string {
  return text.replace(named, (_, name: string) => fieldIn(fields, name));
}

/**
 * An address with its fields filled in: inside of it they are encoded; one that begins with a field is that field's, if it leads to the web
 * or to this site.
 *
 * @returns undefined where it would lead elsewhere, or nowhere
 */
export function filledAddress(text: string, fields: CardFields): string | undefined {
  const filled = text.replace(named, (_, name: string, place: number) => {
    const value = fieldIn(fields, name);
    return place === 0 ? value : encodeURIComponent(value);
  });
  if (filled.trim() === '') return undefined;
  try {
    return /^https?:$/.test(new URL(filled, document.baseURI).protocol) ? filled : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A template's content for one item. Elements with `data-recluse-if="name"` go where the item has no such field. Fields are never put into
 * `style`, `srcdoc` or event handlers: such attributes are left out.
 */
export function filledCard(template: HTMLTemplateElement, fields: CardFields): DocumentFragment {
  // An import, not a clone: custom elements in it are made for this page.
  const card = document.importNode(template.content, true);
  for (const element of card.querySelectorAll('*')) {
    const condition = element.getAttribute('data-recluse-if');
    if (condition !== null && fieldIn(fields, condition) === '') {
      element.remove();
      continue;
    }
    for (const { name, value } of [...element.attributes]) {
      if (!value.includes('{{')) continue;
      const filled = code.test(name)
        ? undefined
        : addresses.has(name)
          ? filledAddress(value, fields)
          : filledText(value, fields);
      if (filled === undefined) element.removeAttribute(name);
      else element.setAttribute(name, filled);
    }
  }
  const texts = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode as Text;
    if (node.data.includes('{{')) node.data = filledText(node.data, fields);
  }
  return card;
}
