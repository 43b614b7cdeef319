/** What `recluse/collect` tells of a page, in a real page: with its layout, its dataLayer, its scripts. */
import { afterEach, expect, test, vi } from 'vitest';
import { type CollectOptions, collect } from '../../src/collect.ts';
import type { Interaction } from '../../src/index.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, open, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);

type Page = { dataLayer?: unknown[] | undefined } & Record<string, unknown>;
const page = window as unknown as Page;
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  document.body.replaceChildren();
  for (const script of document.head.querySelectorAll('script[type="application/ld+json"]')) script.remove();
  delete page.dataLayer;
  vi.restoreAllMocks();
  history.replaceState(null, '', '#');
});

/** Collects into a list. */
function collected(options: CollectOptions = {}): { seen: Interaction[]; stop: () => void } {
  const seen: Interaction[] = [];
  const recluse = {
    async track(interactions: unknown) {
      seen.push(...([interactions].flat() as Interaction[]));
    },
  };
  const stop = collect(recluse, options);
  stops.push(stop);
  return { seen, stop };
}

const tick = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const types = (seen: readonly Interaction[]) => seen.map(({ type, item }) => `${type} ${item}`);

function show(html: string): HTMLElement {
  const part = document.createElement('section');
  part.innerHTML = html;
  document.body.append(part);
  return part;
}

const card = (id: string, style = '') =>
  `<div data-recluse-item="${id}" style="height:100px;width:100px;${style}">${id}</div>`;

/** As if the visitor changed to another tab, and came back. */
function turnPage(state: 'hidden' | 'visible'): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}

test('an item that was half seen for a second is one impression, with the list around it', async () => {
  const { seen } = collected();
  show(`<div data-recluse-list="list-1" data-recluse-placement="home">
    <div data-recluse-item="a" data-recluse-position="0" style="height:100px">a</div>
    <div data-recluse-position="1"><div data-recluse-item="b" style="height:100px">b</div></div></div>`);
  await tick(800);
  expect(seen).toEqual([]);
  await expect.poll(() => seen.length).toBe(2);
  expect(seen).toMatchObject([
    { type: 'impression', item: 'a', list: 'list-1', position: 0, placement: 'home' },
    { type: 'impression', item: 'b', list: 'list-1', position: 1, placement: 'home' },
  ]);
  await tick(1500);
  expect(seen).toHaveLength(2);
});

test('an item of which less than half is seen, or for less than a second, is none', async () => {
  const { seen } = collected();
  const part = show(
    card('a', 'position:fixed;top:-60px') +
      card('b', 'position:fixed;top:0') +
      card('c', 'position:fixed;left:-9999px'),
  );
  await tick(600);
  part.querySelector<HTMLElement>('[data-recluse-item="b"]')!.style.top = '-9999px';
  await tick(900);
  part.querySelector<HTMLElement>('[data-recluse-item="b"]')!.style.top = '0';
  await tick(700);
  expect(seen).toEqual([]);
  await expect.poll(() => types(seen)).toEqual(['impression b']);
});

test('while the page is hidden nothing is seen, and a second begins anew', async () => {
  const { seen } = collected();
  show(card('a'));
  await tick(500);
  turnPage('hidden');
  await tick(1500);
  expect(seen).toEqual([]);
  turnPage('visible');
  await tick(600);
  expect(seen).toEqual([]);
  await expect.poll(() => types(seen)).toEqual(['impression a']);
});

test('an element that shows another item, or belongs to another list now, is another impression', async () => {
  const { seen } = collected();
  const part = show(`<div data-recluse-list="one">${card('a')}</div>`);
  await expect.poll(() => seen.length).toBe(1);
  part.querySelector('[data-recluse-item]')!.setAttribute('data-recluse-item', 'b');
  await expect.poll(() => seen.length).toBe(2);
  part.querySelector('[data-recluse-list]')!.setAttribute('data-recluse-list', 'two');
  await expect.poll(() => seen.length).toBe(3);
  expect(seen.map(({ item, list }) => `${item} ${list}`)).toEqual(['a one', 'b one', 'b two']);
});

test('a product page that is left is one view with the time that it was seen', async () => {
  const { seen } = collected({ dataLayer: true });
  const part = show('<main data-recluse-view="a" style="height:5000px">a</main>');
  page.dataLayer = [];
  await tick(100);
  (page.dataLayer as unknown[]).push({ event: 'view_item', ecommerce: { items: [{ item_id: 'a' }] } });
  await tick(1200);
  turnPage('hidden');
  await expect.poll(() => seen.length).toBe(1);
  turnPage('visible');
  await tick(300);
  part.remove();
  await tick(300);
  expect(types(seen)).toEqual(['view a']);
  expect(seen[0]!.dwell).toBeGreaterThan(1000);
  expect(seen[0]!.dwell).toBeLessThan(2500);
});

test('a product view in an app of one page ends when its part of the page goes', async () => {
  const { seen } = collected();
  const part = show('<main data-recluse-view="a" style="height:300px">a</main>');
  await tick(1400);
  part.remove();
  await expect.poll(() => types(seen)).toEqual(['view a']);
  show('<main data-recluse-view="b" style="height:300px">b</main>');
  await tick(200);
  document.body.replaceChildren();
  await tick(200);
  expect(seen).toHaveLength(1); // seen for less than a second
});

test('a click says where it came from; what is marked to be ignored is no click', async () => {
  const { seen } = collected();
  const part = show(`<div data-recluse-list="list-1"><div data-recluse-item="a" data-recluse-position="3">
    <a href="#a">a</a><p data-recluse-ignore><button type="button">Hide</button></p></div><b>nothing</b></div>`);
  part.addEventListener('click', (event) => event.stopPropagation());
  part.querySelector('button')!.click();
  part.querySelector('b')!.click();
  part.querySelector('a')!.click();
  await expect.poll(() => seen).toMatchObject([{ type: 'click', item: 'a', list: 'list-1', position: 3 }]);
  part
    .querySelector('a')!
    .dispatchEvent(new MouseEvent('auxclick', { button: 1, bubbles: true, composed: true }));
  part
    .querySelector('a')!
    .dispatchEvent(new MouseEvent('auxclick', { button: 2, bubbles: true, composed: true }));
  await expect.poll(() => seen.length).toBe(2);
});

test('a shelf in a shadow root is clicked through, and seen where the root is told', async () => {
  const part = show('<div data-recluse-list="outer"></div>');
  const root = part.firstElementChild!.attachShadow({ mode: 'open' });
  root.innerHTML = card('a');
  const { seen } = collected({ root });
  root.querySelector<HTMLElement>('[data-recluse-item]')!.click();
  await expect.poll(() => seen.length).toBe(2);
  expect(seen).toMatchObject([
    { type: 'click', item: 'a', list: 'outer' },
    { type: 'impression', item: 'a', list: 'outer' },
  ]);
});

test('after stop nothing is told, and nothing is left on the page', async () => {
  page.dataLayer = [];
  const layer = page.dataLayer;
  const { seen, stop } = collected({ dataLayer: true, shopify: true, jsonLd: true });
  await expect.poll(() => Object.hasOwn(layer, 'push')).toBe(true);
  const part = show(card('a'));
  stop();
  expect(Object.hasOwn(layer, 'push')).toBe(false);
  layer.push({ event: 'view_item', ecommerce: { items: [{ item_id: 'b' }] } });
  part.querySelector<HTMLElement>('[data-recluse-item]')!.click();
  await tick(1500);
  expect(seen).toEqual([]);
});

test('five hundred marked elements are dealt with in pieces of less than five milliseconds', async () => {
  const durations: Record<string, number[]> = {};
  const timed = <Given extends unknown[]>(what: string, work: (...given: Given) => unknown) =>
    function timing(this: unknown, ...given: Given) {
      const start = performance.now();
      try {
        return work.apply(this, given);
      } finally {
        durations[what] = [...(durations[what] ?? []), performance.now() - start];
      }
    };
  const { IntersectionObserver: Seeing, MutationObserver: Changing, requestIdleCallback: idle } = window;
  const wait = window.setTimeout;
  const patch = (replacements: object) => Object.assign(window, replacements);
  patch({
    IntersectionObserver: class extends Seeing {
      constructor(callback: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        super(timed('intersections', callback), options);
      }
    },
    MutationObserver: class extends Changing {
      constructor(callback: MutationCallback) {
        super(timed('mutations', callback));
      }
    },
    requestIdleCallback: (callback: IdleRequestCallback, options?: IdleRequestOptions) =>
      idle(timed('idle', callback), options),
    setTimeout: (callback: () => void, time: number) => wait(timed('timers', callback), time),
  });
  try {
    const { seen } = collected();
    const cards = Array.from(
      { length: 500 },
      (_, place) =>
        `<i data-recluse-item="${place}" data-recluse-position="${place}" style="float:left;width:9px;height:9px"></i>`,
    );
    for (let round = 1; round <= 3; round++) {
      show(`<div data-recluse-list="all"><div><div>${cards.join('')}</div></div></div>`);
      await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(500 * round);
      document.body.replaceChildren();
      await new Promise((resolve) => wait(resolve, 100));
    }
  } finally {
    patch({
      IntersectionObserver: Seeing,
      MutationObserver: Changing,
      requestIdleCallback: idle,
      setTimeout: wait,
    });
  }
  expect(Object.keys(durations).sort()).toEqual(['idle', 'intersections', 'mutations', 'timers']);
  const figures = Object.entries(durations).map(([what, all]) => {
    const sorted = all.sort((one, other) => one - other);
    return { what, times: all.length, median: sorted[all.length >> 1]!, longest: sorted.at(-1)! };
  });
  console.log('milliseconds of a piece of work:', JSON.stringify(figures));
  // The median: a busy machine stops some of them half-way, which is no work of theirs.
  for (const { what, median } of figures) expect(median, what).toBeLessThan(5);
});

test('what was pushed before and what is pushed later are both told, in order, and once', async () => {
  page.dataLayer = [
    { event: 'gtm.js' },
    { ecommerce: null },
    { event: 'view_item', ecommerce: { items: [{ item_id: 'a', price: 3 }] } },
  ];
  const { seen, stop } = collected({ dataLayer: true });
  await expect.poll(() => types(seen)).toEqual(['view a']);
  function gtag(..._given: unknown[]): void {
    // biome-ignore lint/complexity/noArguments: that is what gtag pushes
    (page.dataLayer as unknown[]).push(arguments);
  }
  gtag('event', 'add_to_cart', { items: [{ item_id: 'a', price: 3, quantity: 2 }] });
  gtag('event', 'search', { search_term: 'tea' });
  await expect.poll(() => types(seen)).toEqual(['view a', 'cart a', 'search undefined']);
  expect(seen[1]).toMatchObject({ value: 6, quantity: 2 });
  stop();
  (page.dataLayer as unknown[]).push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'b' }] } });
  const again = collected({ dataLayer: true });
  await expect.poll(() => types(again.seen)).toEqual(['cart b']);
});

test('the site sees the dataLayer as it was: same array, same entries, same answers, other wrappers at work', async () => {
  const layer: unknown[] = [];
  page.dataLayer = layer;
  const heard: unknown[] = [];
  // As Tag Manager does it.
  layer.push = function (...entries: unknown[]) {
    heard.push(...entries);
    Array.prototype.push.apply(this, entries);
    return entries.length as number;
  };
  const wrapped = layer.push;
  const { seen, stop } = collected({ dataLayer: true });
  await expect.poll(() => layer.push === wrapped).toBe(false);
  const ours = layer.push;
  const later: unknown[] = [];
  layer.push = function (...entries: unknown[]) {
    later.push(...entries);
    return Reflect.apply(ours, this, entries) as number;
  };
  const entry = Object.freeze({
    event: 'view_item',
    ecommerce: Object.freeze({ items: Object.freeze([{ item_id: 'a' }]) }),
  });
  expect(layer.push(entry, { event: 'other' })).toBe(2);
  expect(page.dataLayer).toBe(layer);
  expect([...layer]).toEqual([entry, { event: 'other' }]);
  expect(heard).toEqual([...layer]);
  expect(later).toEqual([...layer]);
  await expect.poll(() => types(seen)).toEqual(['view a']);
  stop();
  // The other wrapper lies over ours, which stays under it and says nothing.
  expect(layer.push({ event: 'view_item', ecommerce: { items: [{ item_id: 'b' }] } })).toBe(1);
  expect(heard).toHaveLength(3);
  await tick(50);
  expect(seen).toHaveLength(1);
});

test('a dataLayer that is made anew while the page loads is followed', async () => {
  const { seen } = collected({ dataLayer: 'shopLayer' });
  await expect.poll(() => Array.isArray(page.shopLayer)).toBe(true);
  page.shopLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'a' }] } }];
  window.dispatchEvent(new Event('load'));
  (page.shopLayer as unknown[]).push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'a' }] } });
  await expect.poll(() => types(seen)).toEqual(['view a', 'cart a']);
  delete page.shopLayer;
});

test.each<[string, () => unknown]>([
  [
    'turns in a circle',
    () => {
      const circle: Record<string, unknown> = { event: 'purchase' };
      circle.ecommerce = circle;
      circle.items = [circle];
      circle.item_id = circle;
      return circle;
    },
  ],
  [
    'throws when it is read',
    () => ({
      get event(): string {
        throw new Error('not for you');
      },
    }),
  ],
  [
    'throws whatever is done with it',
    () =>
      new Proxy(
        {},
        {
          get() {
            throw new Error('not for you');
          },
          ownKeys() {
            throw new Error('not for you');
          },
        },
      ),
  ],
  [
    'is enormous',
    () => ({
      event: 'purchase',
      ecommerce: {
        transaction_id: 'x'.repeat(1e7),
        items: Array.from({ length: 2e4 }, () => ({ item_id: 'y'.repeat(2000), price: Number.NaN })),
      },
    }),
  ],
  [
    'has keys of the prototype',
    () => JSON.parse('{"event":"__proto__","ecommerce":{"items":[{"item_id":"a","__proto__":{}}]}}'),
  ],
  [
    'is a function',
    () => () => {
      throw new Error('never called');
    },
  ],
])('a push that %s breaks nothing, and the next is told', async (_, hostile) => {
  page.dataLayer = [hostile()];
  const { seen } = collected({ dataLayer: true });
  const layer = page.dataLayer;
  await expect.poll(() => Object.hasOwn(layer, 'push')).toBe(true);
  expect(layer.push(hostile())).toBe(2);
  layer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'b' }] } });
  await expect.poll(() => types(seen)).toEqual(['cart b']);
});

test('a frozen dataLayer is read', async () => {
  page.dataLayer = Object.freeze([
    { event: 'view_item', ecommerce: { items: [{ item_id: 'a' }] } },
  ]) as unknown as unknown[];
  const { seen } = collected({ dataLayer: true });
  await expect.poll(() => types(seen)).toEqual(['view a']);
  page.dataLayer = undefined;
});

test('an order is stored once, though its page is opened again', async () => {
  const name = freshName();
  const order = () => ({
    event: 'purchase',
    ecommerce: {
      transaction_id: 'T-1',
      items: [
        { item_id: 'item-4', price: 2, quantity: 3 },
        { item_id: 'item-5', price: 1 },
      ],
    },
  });
  for (let visit = 0; visit < 2; visit++) {
    page.dataLayer = [order()];
    const { recluse } = await open(server, { name });
    const stop = collect(recluse, { dataLayer: true });
    await expect.poll(async () => (await recluse.history()).length).toBe(2);
    page.dataLayer.push(order());
    await tick(100);
    stop();
    await recluse.close();
  }
  const { recluse } = await shop({ name });
  expect((await recluse.history()).sort((one, other) => (one.item < other.item ? -1 : 1))).toMatchObject([
    { type: 'purchase', item: 'item-4', value: 6, quantity: 3, basket: 'T-1' },
    { type: 'purchase', item: 'item-5', value: 1, basket: 'T-1' },
  ]);
});

test('a refund takes back what was bought: one item of the order, then all of it', async () => {
  const { recluse } = await shop();
  const items = ['item-1', 'item-2', 'item-3'].map((item_id) => ({ item_id, price: 1, quantity: 2 }));
  page.dataLayer = [{ event: 'purchase', ecommerce: { transaction_id: 'T-1', items } }];
  stops.push(collect(recluse, { dataLayer: true }));
  const bought = async () => (await recluse.history()).map(({ item }) => item).sort();
  await expect.poll(bought).toEqual(['item-1', 'item-2', 'item-3']);
  page.dataLayer.push({ event: 'refund', ecommerce: { transaction_id: 'T-1', items: items.slice(1, 2) } });
  await expect.poll(bought).toEqual(['item-1', 'item-3']);
  page.dataLayer.push({ event: 'refund', ecommerce: { transaction_id: 'T-1' } });
  await expect.poll(bought).toEqual([]);
});

test('what was really seen on a shelf and passed over makes room; what was drawn below the fold does not', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const ask = () => recluse.recommend({ limit: 12, placement: 'home', rotation: 1 });
  const before = await ask();
  const [first, second] = before.items.map(({ id }) => id);
  stops.push(collect(recluse));
  show(`<div data-recluse-list="${before.id}" data-recluse-placement="home">${card(first!)}
    ${card(second!, 'position:absolute;top:99999px')}</div>`);
  const impressions = async () => (await recluse.history()).filter(({ type }) => type === 'impression');
  await expect.poll(async () => (await impressions()).length).toBe(1);
  expect(await impressions()).toMatchObject([{ item: first, list: before.id, placement: 'home' }]);
  await expect.poll(async () => (await ask()).items[0]!.id).toBe(second);
});

test('what happens while the worker still starts is not missed', async () => {
  page.dataLayer = [{ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'item-4' }] } }];
  const opening = shop();
  stops.push(
    collect(
      opening.then(({ recluse }) => recluse),
      { dataLayer: true },
    ),
  );
  const { recluse } = await opening;
  await expect.poll(() => recluse.history()).toMatchObject([{ type: 'cart', item: 'item-4' }]);
});

test('Shopify: products, additions that went well, and the search that was typed to its end', async () => {
  const { seen } = collected({ shopify: true, types: { remove_from_cart: false } });
  const product = {
    id: 'gid://shopify/Product/7001',
    selectedVariant: { id: 'gid://shopify/ProductVariant/40012' },
  };
  const fire = (type: string, fields: object) =>
    document.body.dispatchEvent(Object.assign(new Event(`shopify:${type}`, { bubbles: true }), fields));
  const added = (promise?: Promise<unknown>) =>
    fire('cart:lines-update', {
      action: 'add',
      lines: [{ merchandiseId: '40012', quantity: 1 }],
      ...(promise ? { promise } : {}),
    });
  fire('product:view', { context: 'page', product });
  added(Promise.resolve({ cart: {}, userErrors: [{ message: 'sold out' }] }));
  added(Promise.resolve({ cart: {}, detail: { didError: true } }));
  const failing = Promise.reject(new Error('offline'));
  failing.catch(() => {}); // the theme's own business
  added(failing);
  added(Promise.resolve({ cart: {}, userErrors: [] }));
  added();
  fire('cart:lines-update', { action: 'remove', lines: [{ id: '40012:ab', quantity: 0 }] });
  for (const query of ['t', 'te', 'tea']) fire('search:update', { search: { query } });
  const broken = new Event('shopify:product:view', { bubbles: true });
  Object.defineProperty(broken, 'product', {
    get() {
      throw new Error('not for you');
    },
  });
  document.body.dispatchEvent(broken);
  await expect.poll(() => seen.length).toBe(4);
  await tick(200);
  expect(seen).toMatchObject([
    { type: 'view', item: '7001' },
    { type: 'cart', item: '7001', quantity: 1 },
    { type: 'cart', item: '7001' },
    { type: 'search', query: 'tea' },
  ]);
});

test('a product that schema.org data names is one view, and the next one after a navigation another', async () => {
  const script = document.createElement('script');
  script.type = 'application/ld+json';
  const says = (sku: string) => JSON.stringify({ '@type': 'Product', sku, name: sku });
  script.textContent = says('a');
  document.head.append(script);
  const { seen } = collected({ jsonLd: true });
  await expect.poll(() => types(seen)).toEqual(['view a']);
  show('<p>something else changes</p>');
  document.head.append(Object.assign(script.cloneNode(true) as HTMLScriptElement, {}));
  await tick(500);
  expect(seen).toHaveLength(1);
  history.replaceState(null, '', '?product=b');
  await tick(300);
  expect(seen).toHaveLength(1); // The address is another already, the data are not yet.
  for (const each of document.head.querySelectorAll('script[type="application/ld+json"]'))
    each.textContent = says('b');
  await expect.poll(() => types(seen)).toEqual(['view a', 'view b']);
  script.textContent = '{ half written';
  await tick(400);
  expect(seen).toHaveLength(2);
  history.replaceState(null, '', location.pathname);
});

test('dataLayer and schema.org data tell of the same product: that is one view', async () => {
  page.dataLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'shop_a' }] } }];
  const script = document.createElement('script');
  script.type = 'application/ld+json';
  script.textContent = JSON.stringify({ '@type': 'Product', sku: 'a' });
  document.head.append(script);
  const { seen } = collected({
    dataLayer: true,
    jsonLd: 'sku',
    itemId: ({ id }) => id?.replace(/^shop_/, ''),
  });
  await expect.poll(() => types(seen)).toEqual(['view a']);
  await tick(500);
  expect(seen).toHaveLength(1);
});
