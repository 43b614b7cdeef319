/** What a page tells of its visitor, whoever told it: the shape that every source is read into. `report.ts` checks it. */

/** An item as a source names it, for `itemId` to say which of the catalogue's items that is. */
export interface RawItem {
  /**
   * Who names it: an element's attribute, an item of the dataLayer, a product or cart line of a Shopify theme, a `Product` of
   * schema.org.
   */
  source: 'element' | 'dataLayer' | 'shopify' | 'jsonLd';
  /**
   * The id that the source gives: the attribute; `item_id`; the number at the end of Shopify's id, of the product where it is known,
   * else of the variant; `sku` or what `jsonLd` says instead. Absent where the source gives none.
   */
  id?: string | undefined;
  /** All that the source gives: the element, the dataLayer's item, the product or line, the JSON-LD object. To be read only. */
  data: unknown;
}

/** One item of an event, as the source has it: what is no text, no number or absurd is left out later. */
export interface EventItem {
  raw: RawItem;
  /** Money for all pieces together. */
  value?: unknown;
  quantity?: unknown;
  /** Milliseconds. */
  dwell?: unknown;
  list?: unknown;
  position?: unknown;
  placement?: unknown;
}

/** Something that happened, under the name that GA4 has for it. */
export interface ShopEvent {
  /** `view_item`, `add_to_cart`, ... or a name of the site's own. */
  name: string;
  items: readonly EventItem[];
  /** The order. */
  basket?: unknown;
  /** What was searched for. */
  query?: unknown;
}

/** Longest id that a recommender takes. */
const longestText = 1000;

/** A text or number as a text that a recommender takes. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= longestText ? text : undefined;
}

/** A number, or a text that is one, from 0 to `most`. */
export function numberOf(value: unknown, most = 1e9): number | undefined {
  const number = typeof value === 'string' && value.trim() ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= most ? number : undefined;
}
