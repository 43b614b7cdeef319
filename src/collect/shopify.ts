/**
 * Shopify's standard storefront events. They carry their payload as properties of the event itself, in the shapes of the Storefront API
 * (shopify.dev: Storefront events and actions). Loaded by itself, where it is asked for.
 */
import type { RawItem, ShopEvent } from './shop-event.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Milliseconds without another keystroke after which a search is one: predictive search tells of every letter. */
const typing = 1000;
const mostLines = 250;

const object = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

/** The number of `gid://shopify/Product/1`, or of the variant in a cart line's key (`40012:0f3e...`). */
export function numberIn(id: unknown): string | undefined {
  return /^(?:gid:\/\/shopify\/\w+\/)?(\d{1,20})(?:[:?].*)?$/.exec(String(id))?.[1];
}

/** Where a product is looked at for its own sake, not as one of many. */
const alone = new Set<unknown>(['page', 'dialog', undefined]);

/**
 * Reads `shopify:product:view`.
 *
 * @param products variants seen so far and their products, by number; gains the one shown
 */
export function readProductView(event: unknown, products: Map<string, string>): ShopEvent {
  const { product, context } = object(event);
  const fields = object(product);
  const id = numberIn(fields.id);
  const variant = numberIn(object(fields.selectedVariant).id);
  if (id && variant) products.set(variant, id);
  const raw: RawItem = { source: 'shopify', id, data: product };
  return alone.has(context)
    ? { name: 'view_item', items: [{ raw }] }
    : { name: 'view_item_list', items: [{ raw, placement: context }] };
}

/**
 * Reads `shopify:cart:lines-update`: what was added or removed. A change of quantity does not say from what.
 *
 * @param products variants seen so far and their products, by number: a cart knows variants alone
 */
export function readLinesUpdate(
  event: unknown,
  products: ReadonlyMap<string, string>,
): ShopEvent | undefined {
  const { action, lines } = object(event);
  const name = action === 'add' ? 'add_to_cart' : action === 'remove' ? 'remove_from_cart' : undefined;
  if (!name || !Array.isArray(lines)) return undefined;
  const items = lines.slice(0, mostLines).map((line: unknown) => {
    const { merchandiseId, id, quantity } = object(line);
    const variant = numberIn(merchandiseId ?? id);
    const product = variant && (products.get(variant) ?? variant);
    const raw: RawItem = { source: 'shopify', id: product, data: line };
    return action === 'add' ? { raw, quantity } : { raw };
  });
  return { name, items };
}

/** Reads `shopify:search:update`. */
export function readSearch(event: unknown): ShopEvent {
  return { name: 'search', items: [], query: object(object(event).search).query };
}

/** Whether a cart took what it was asked to take: it answers with `userErrors` where it declined. */
function wentWell(answer: unknown): boolean {
  const { userErrors, detail } = object(answer);
  return !(Array.isArray(userErrors) && userErrors.length > 0) && object(detail).didError !== true;
}

/** Gives what is to be called with every event of the storefront, until the signal. */
export function shopifyListener(
  tell: (event: ShopEvent) => void,
  signal: AbortSignal,
): (event: Event) => void {
  const products = new Map<string, string>();
  let search: ShopEvent | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tellSearch(): void {
    clearTimeout(timer);
    if (search) tell(search);
    search = undefined;
  }

  const heard: Readonly<Record<string, (event: Event) => void>> = {
    'shopify:product:view': (event) => tell(readProductView(event, products)),
    'shopify:cart:lines-update'(event) {
      const update = readLinesUpdate(event, products);
      if (!update) return;
      // It is told when the change begins; what counts is that it was made.
      Promise.resolve((event as unknown as Fields).promise).then(
        (answer) => {
          if (!signal.aborted && wentWell(answer)) tell(update);
        },
        () => {},
      );
    },
    'shopify:search:update'(event) {
      search = readSearch(event);
      clearTimeout(timer);
      timer = setTimeout(tellSearch, typing);
    },
  };

  function hear(event: Event): void {
    try {
      heard[event.type]?.(event);
    } catch {
      // A payload with a getter that throws: the theme must not feel it.
    }
  }

  addEventListener('pagehide', tellSearch, { capture: true, passive: true, signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  return hear;
}
