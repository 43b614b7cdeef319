/**
 * Tells a recommender what happens on the page, from what the site has already: marked elements, GA4's dataLayer, Shopify's storefront
 * events, schema.org data. An entry point of its own (`recluse/collect`), on top of the public API.
 *
 * ```ts
 * const recluse = await createRecommender({ pack: '/pack/manifest.json' });
 * const stop = collect(recluse, { dataLayer: true });
 * ```
 */
import { type Root, watchElements } from './collect/elements.ts';
import type { ProductId } from './collect/json-ld.ts';
import { type Collecting, defaultTypes, reporting, type TypeTable } from './collect/report.ts';
import type { RawItem } from './collect/shop-event.ts';

export type { Root } from './collect/elements.ts';
export type { ProductId } from './collect/json-ld.ts';
export type { Collecting, TypeTable } from './collect/report.ts';
export type { RawItem } from './collect/shop-event.ts';

/** What to collect, and how. Every field is optional. */
export interface CollectOptions {
  /**
   * Marked elements. `data-recluse-item="ID"`: an `impression` when at least half of it was seen for a second without a break while the
   * page was visible, once for each element and list, and a `click` for every click on it, but for clicks on what is in
   * `data-recluse-ignore`. `data-recluse-view="ID"`, on the main part of a product page: one `view` with `dwell` when the element goes or
   * the page is hidden, if it was seen for a second; other sources then tell of no view of that item on that page.
   * `data-recluse-list`, `data-recluse-position` and `data-recluse-placement` are those of the nearest element that has them.
   * Default `true`.
   */
  impressions?: boolean;
  /** Where to look for marked elements: the document, an element, or a shadow root, into which nobody sees from outside. Default: the document. */
  root?: Root;
  /** GA4's ecommerce events: `true`, or the name of the dataLayer. `true` is `'dataLayer'`. Default `false`. */
  dataLayer?: boolean | string;
  /** Shopify's storefront events: products viewed, cart lines added and removed, searches. Default `false`. */
  shopify?: boolean;
  /**
   * schema.org `Product` or `ProductGroup` in JSON-LD, on pages that are about one of them: `true`, or where the catalogue's id is, the
   * first that is there. `true` is `['sku', 'productID', 'productGroupID', '@id']`. Default `false`.
   */
  jsonLd?: boolean | ProductId | readonly ProductId[];
  /**
   * The catalogue's id for an item as a source names it; undefined for one that is not to be collected. What it throws counts as
   * undefined. Default: the source's own id.
   */
  itemId?: (raw: RawItem) => string | undefined;
  /**
   * Types of interactions by GA4's names for what happened, whatever the source; laid over the defaults. `false` leaves one out; names of
   * the site's own add to them. Default: `view_item: 'view'`, `view_item_list: 'impression'`, `select_item: 'click'`, `add_to_cart: 'cart'`,
   * `remove_from_cart: 'cart-removal'`, `add_to_wishlist: 'wishlist'`, `purchase: 'purchase'`, `refund: 'refund'`, `search: 'search'`,
   * `view_search_results: 'search'`.
   */
  types?: TypeTable;
}

const shopifyEvents = ['shopify:product:view', 'shopify:cart:lines-update', 'shopify:search:update'];
const productIds: readonly ProductId[] = ['sku', 'productID', 'productGroupID', '@id'];

/**
 * Starts collecting. May be called before or after the site's own code has told its dataLayer anything; reads, and never alters, what
 * the site pushes.
 *
 * Orders are told once, also after a reload (by `transaction_id` and item): `value` is price times quantity, `basket` the order. A `refund`
 * is retracted, whole or by items. What is `view`ed is told once a page.
 *
 * @param recluse what `createRecommender()` gave, or its promise: then nothing is missed that happens while the worker starts
 * @returns what stops all of it
 */
export function collect(
  recluse: Collecting | PromiseLike<Collecting>,
  options: CollectOptions = {},
): () => void {
  const { impressions = true, root = document, dataLayer, shopify, jsonLd, itemId, types } = options;
  // What is not asked for is not loaded: the sources come by themselves, and read what was there before them.
  const report = reporting(recluse, { ...defaultTypes, ...types }, itemId ?? (({ id }) => id));
  const { tell } = report;
  const stopping = new AbortController();
  const { signal } = stopping;
  if (impressions) watchElements(root, report, signal);
  if (dataLayer) {
    const name = dataLayer === true ? 'dataLayer' : dataLayer;
    void import('./collect/data-layer.ts').then(({ watchDataLayer }) => watchDataLayer(name, tell, signal));
  }
  if (shopify) {
    const listener = import('./collect/shopify.ts').then(({ shopifyListener }) =>
      shopifyListener(tell, signal),
    );
    const heard = (event: Event) => void listener.then((hear) => hear(event));
    for (const type of shopifyEvents) document.addEventListener(type, heard, { passive: true, signal });
  }
  if (jsonLd) {
    const ids = jsonLd === true ? productIds : [jsonLd].flat();
    void import('./collect/json-ld.ts').then(({ watchJsonLd }) => watchJsonLd(ids, tell, signal));
  }
  return () => stopping.abort();
}
