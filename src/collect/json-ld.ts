/** The product of a product page, as its schema.org data says. Loaded by itself, where it is asked for. */
import type { RawItem, ShopEvent } from './shop-event.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Properties of a `Product` that may hold the catalogue's id. */
export type ProductId = 'sku' | 'productID' | '@id' | 'productGroupID';

const scripts = 'script[type^="application/ld+json" i]';
const longestScript = 500_000;
/** No page nests its product deeper, and none has more objects beside it. */
const deepest = 5;
const mostObjects = 1000;
/** Milliseconds in which changes of the page are read together. */
const settling = 200;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const textOf = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

const isA = (node: Fields, ...names: readonly string[]): boolean =>
  list(node['@type']).some((type) => names.includes(String(type).replace(/^https?:\/\/schema\.org\//, '')));

/** Products that a document is about: in lists, `@graph` and `mainEntity`; not those that it merely mentions. */
function productsIn(documents: readonly unknown[]): Fields[] {
  const products: Fields[] = [];
  let left = mostObjects;
  const look = (value: unknown, depth: number): void => {
    for (const node of list(value)) {
      if (depth > deepest || left-- <= 0) return;
      if (Array.isArray(node)) look(node, depth + 1);
      if (!isObject(node)) continue;
      if (isA(node, 'Product', 'ProductGroup', 'IndividualProduct', 'ProductModel')) products.push(node);
      else for (const part of [node['@graph'], node.mainEntity]) look(part, depth + 1);
    }
  };
  look(documents, 0);
  return products;
}

/** The first of the wanted ids that a product has. */
function idIn(product: Fields, ids: readonly ProductId[]): string | undefined {
  for (const name of ids) {
    const id = textOf(product[name]);
    if (id) return id;
  }
  return undefined;
}

function isAt(product: Fields, address: string): boolean {
  return [product, ...list(product.offers)].some((part) => {
    const url = isObject(part) && textOf(part.url);
    try {
      return Boolean(url) && new URL(String(url), address).href.replace(/#.*/, '') === address;
    } catch {
      return false;
    }
  });
}

/** Of a group of variants: the one whose address this is, else the group, else the first variant that has an id. */
function chosen(product: Fields, address: string, ids: readonly ProductId[]): Fields | undefined {
  const variants = list(product.hasVariant).filter(isObject);
  const here = variants.find((variant) => idIn(variant, ids) && isAt(variant, address));
  return here ?? [product, ...variants].find((one) => idIn(one, ids)) ?? product;
}

/**
 * The one product that a page is about.
 *
 * @param documents what the page's JSON-LD scripts say
 * @param address of the page, without a fragment
 * @param ids where the catalogue's id is, in this order
 * @returns undefined where there is no product, or several of which none is the group of the others
 */
export function productOf(
  documents: readonly unknown[],
  address: string,
  ids: readonly ProductId[],
): RawItem | undefined {
  const products = productsIn(documents);
  const groups = products.filter((product) => isA(product, 'ProductGroup'));
  const distinct = new Map(products.map((product) => [idIn(product, ids) ?? product, product]));
  const one = groups.length === 1 ? groups[0] : distinct.size === 1 ? products[0] : undefined;
  const product = one && chosen(one, address, ids);
  return product && { source: 'jsonLd', id: idIn(product, ids), data: product };
}

/** Reads the page's JSON-LD now and whenever it changes, until the signal; another product is another view. */
export function watchJsonLd(
  ids: readonly ProductId[],
  tell: (event: ShopEvent) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  let last: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const known = new WeakMap<Element, { text: string; says: unknown }>();

  function parsed(script: Element): unknown {
    const text = script.textContent ?? '';
    const before = known.get(script);
    if (before?.text === text) return before.says;
    let says: unknown;
    try {
      if (text.length <= longestScript) says = JSON.parse(text);
    } catch {
      // Half-written or wrong: as if it were not there.
    }
    known.set(script, { text, says });
    return says;
  }

  function read(): void {
    timer = undefined;
    const says = [...document.querySelectorAll(scripts)].map(parsed);
    const raw = productOf(says, location.href.replace(/#.*/, ''), ids);
    const product = raw && (raw.id ?? JSON.stringify(raw.data));
    if (raw && product !== last) tell({ name: 'view_item', items: [{ raw }] });
    last = product;
  }

  const mutations = new MutationObserver(() => {
    timer ??= setTimeout(read, settling);
  });
  read();
  mutations.observe(document, { childList: true, characterData: true, subtree: true });
  signal.addEventListener('abort', () => {
    mutations.disconnect();
    clearTimeout(timer);
  });
}
