/** `<recluse-shelf>` in a real page, with a real recommender. */
import { afterEach, expect, test } from 'vitest';
import { collect } from '../../src/collect.ts';
import { provide, type RecluseShelf } from '../../src/element.ts';
import type { Recommender, StoredInteraction } from '../../src/index.ts';
import { shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

const hostile = '<img src=x onerror="window.hurt=1">{{id}}';
const shop = shopsOf(
  () =>
    tinyPack({
      change({ catalogue }) {
        catalogue.title[5] = hostile;
        catalogue.brand[5] = 'javascript:window.hurt=1';
      },
    }),
  () => {},
);

const stops: (() => void)[] = [];
afterEach(() => {
  document.body.replaceChildren();
  for (const stop of stops.splice(0)) stop();
});

/** Milliseconds after which what was not going to happen has not happened. */
const calm = 700;
const tick = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const template = `<template><article class="card"><a href="/product/{{id}}">{{title}}</a>
<b data-recluse-if="price">{{price}}</b></article></template>`;
const own = Array.from(
  { length: 3 },
  (_, place) => `<article class="card own"><a href="#own">Own ${place}</a><b>1</b></article>`,
).join('');
const looks = `<style>recluse-shelf { display: flex; gap: 8px } .card { inline-size: 100px; block-size: 120px; overflow: hidden }
.card :is(a, b) { display: block }</style>`;

/** A page with a shelf and something below it. */
function page(shelf: string): { shelf: RecluseShelf; below: HTMLElement; texts(): string[] } {
  document.body.innerHTML = `${looks}${shelf}<p id="below">Below</p>`;
  const element = document.querySelector('recluse-shelf')!;
  return {
    shelf: element,
    below: document.querySelector<HTMLElement>('#below')!,
    texts: () => [...element.querySelectorAll('.card a')].map(({ textContent }) => textContent!),
  };
}

/** A recommender that all shelves of the page ask, of a visitor who has bought `item-3` or nothing. */
async function serving(known = true): Promise<Recommender> {
  const { recluse } = await shop();
  if (known) await recluse.track({ type: 'purchase', item: 'item-3' });
  await recluse.ready();
  provide(recluse);
  return recluse;
}

const shown = (shelf: RecluseShelf) => expect.poll(() => shelf.list?.items.length ?? 0).toBeGreaterThan(0);

/** Sums what moves on the page without the visitor's doing, as browsers measure it. */
function movement(): { sum(): Promise<number> } {
  let total = 0;
  const add = (entries: PerformanceEntryList) => {
    for (const entry of entries) total += (entry as PerformanceEntry & { value: number }).value;
  };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ type: 'layout-shift' });
  stops.push(() => observer.disconnect());
  return {
    async sum() {
      await tick(300);
      add(observer.takeRecords());
      return total;
    },
  };
}

test('what the server has written stays until the personal list is there, and nothing moves when it comes', async () => {
  const recluse = await serving(false);
  const { shelf, texts, below } = page(
    `<recluse-shelf placement="home" limit="5">${template}${own}</recluse-shelf>`,
  );
  await tick(calm);
  expect(texts()).toEqual(['Own 0', 'Own 1', 'Own 2']);
  expect(shelf.list).toBeUndefined();

  const moved = movement();
  const before = below.getBoundingClientRect().top;
  await recluse.track({ type: 'purchase', item: 'item-3' });
  await shelf.refresh();
  expect(texts()).toHaveLength(5);
  expect(texts()[0]).toMatch(/^First item-/);
  expect(shelf.list).toMatchObject({ placement: 'home', source: 'linear' });
  expect(await moved.sum()).toBe(0);
  expect(below.getBoundingClientRect().top).toBe(before);
});

test('plain cards take the place that the children had, and nothing moves', async () => {
  await serving();
  const moved = movement();
  const { shelf, below } = page(
    `<recluse-shelf link="/product/{{id}}" currency="EUR" label="For you">${own}</recluse-shelf>`,
  );
  const before = below.getBoundingClientRect().top;
  await shown(shelf);
  expect(await moved.sum()).toBe(0);
  expect(below.getBoundingClientRect().top).toBe(before);
  const root = shelf.shadowRoot!;
  expect(root.querySelectorAll('[part="card"]')).toHaveLength(3);
  expect(root.querySelector('[part="list"]')!.getAttribute('aria-label')).toBe('For you');
  expect(root.querySelector<HTMLAnchorElement>('a[part="card"]')!.pathname).toMatch(/^\/product\/item-\d+$/);
  expect(root.querySelector('[part="price"]')!.textContent).toContain('€');
});

test('the measure of movement does see a page that moves', async () => {
  const { below } = page('<div></div>');
  await tick(200);
  const moved = movement();
  await tick(700); // What follows input at once is the visitor's own doing.
  below.before(Object.assign(document.createElement('div'), { style: 'block-size: 300px' }));
  expect(await moved.sum()).toBeGreaterThan(0);
});

test('a shelf whose pack is broken, or is not there, goes on showing its own children, and says why', async () => {
  const { shelf, texts } = page(`<recluse-shelf pack="/no-such-pack/manifest.json">${own}</recluse-shelf>`);
  const problems: unknown[] = [];
  shelf.addEventListener('recluse-problem', ({ detail }) => problems.push(detail));
  await expect.poll(() => problems.length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(problems[0]).toMatchObject({ code: expect.stringMatching(/^pack-/) });
  expect(texts()).toEqual(['Own 0', 'Own 1', 'Own 2']);
  expect(shelf.getBoundingClientRect().height).toBeGreaterThanOrEqual(120);
});

test('a shelf with attributes that make no sense shows its own children, and says which', async () => {
  await serving();
  for (const wrong of ['kind="magic"', 'limit="many"', 'filter="{"', 'kind="similar" item="nobody"']) {
    const { shelf, texts } = page(`<recluse-shelf ${wrong}>${template}${own}</recluse-shelf>`);
    const problems: unknown[] = [];
    shelf.addEventListener('recluse-problem', ({ detail }) => problems.push(detail));
    await expect.poll(() => problems.length, { message: wrong }).toBe(1);
    expect(texts()).toEqual(['Own 0', 'Own 1', 'Own 2']);
  }
});

test.each([
  ['kind="recommend"', 'default'],
  ['kind="discover" diversity="0.3" filter=\'{"category":"Food"}\'', 'default'],
  ['kind="buy-again" placement="again"', 'again'],
  ['kind="similar" item="item-1"', 'similar'],
  ['kind="together" item="item-1 item-2"', 'together'],
  ['kind="popular" category="Coffee" window="overall"', 'popular'],
  ['kind="trending"', 'trending'],
  ['kind="search" query="First"', 'search'],
])('a shelf with %s shows that list', async (attributes) => {
  await serving();
  const { shelf, texts } = page(
    `<recluse-shelf ${attributes} mode="any" taste="0.2" limit="2">${template}</recluse-shelf>`,
  );
  await shown(shelf);
  expect(texts().length).toBeGreaterThan(0);
  expect(texts().length).toBeLessThanOrEqual(2);
});

test('what was seen and clicked is told once, with its list and place, also where the page itself collects', async () => {
  const recluse = await serving();
  stops.push(collect(recluse));
  for (const inside of [template, '']) {
    await recluse.forget({ type: 'impression' });
    await recluse.forget({ type: 'click' });
    const { shelf } = page(`<recluse-shelf placement="home" limit="2">${inside}</recluse-shelf>`);
    await shown(shelf);
    const { id: list } = shelf.list!;
    const told = async (type: string): Promise<StoredInteraction[]> =>
      (await recluse.history()).filter((one) => one.type === type);
    await expect.poll(async () => (await told('impression')).length, { timeout: 20_000 }).toBe(2);
    const root = inside ? shelf : shelf.shadowRoot!;
    root
      .querySelector('[data-recluse-position="1"]')!
      .dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true }));
    await expect.poll(async () => (await told('click')).length).toBe(1);
    await tick(calm);
    expect(await told('click')).toMatchObject([{ list, position: 1, placement: 'home' }]);
    expect((await told('impression')).map((one) => one.list)).toEqual([list, list]);
  }
});

test('a title is text and an address leads to the web, whatever the pack says', async () => {
  await serving();
  const { shelf } =
    page(`<recluse-shelf kind="popular" window="overall" limit="10"><template><div class="card">
<a href="{{brand}}" title="{{title}}" onclick="{{title}}" style="color: {{title}}">{{title}}</a></div></template></recluse-shelf>`);
  await shown(shelf);
  const link = shelf.querySelector('[data-recluse-item="item-5"] a')!;
  expect(link.textContent).toBe(hostile);
  expect(link.getAttributeNames()).toEqual(['title']);
  expect(link.getAttribute('title')).toBe(hostile);
  expect(shelf.querySelectorAll('img')).toHaveLength(0);
  expect(window).not.toHaveProperty('hurt');
});

test('a list on the screen is not changed under the visitor, one that is out of sight is', async () => {
  const recluse = await serving();
  const { shelf } = page(`<recluse-shelf limit="3">${template}${own}</recluse-shelf>`);
  await shown(shelf);
  const first = shelf.list!.id;
  await tick(300);
  await recluse.track({ type: 'purchase', item: 'item-8' });
  await tick(calm);
  expect(shelf.list!.id).toBe(first);
  document
    .querySelector<HTMLElement>('#below')!
    .before(Object.assign(document.createElement('div'), { style: 'block-size: 5000px' }));
  window.scrollTo(0, 4000);
  await expect.poll(() => shelf.list!.id).not.toBe(first);
  window.scrollTo(0, 0);
});

test('whoever has the keyboard on a card keeps it until they go on', async () => {
  await serving();
  const { shelf, texts } = page(`<recluse-shelf>${template}${own}</recluse-shelf>`);
  shelf.querySelector<HTMLElement>('.own a')!.focus();
  await tick(calm);
  expect(texts()[0]).toBe('Own 0');
  (document.activeElement as HTMLElement).blur();
  await shown(shelf);
});

test('when everything is forgotten the own children are back', async () => {
  const recluse = await serving();
  const { shelf, texts } = page(`<recluse-shelf>${template}${own}</recluse-shelf>`);
  await shown(shelf);
  expect(texts()[0]).toMatch(/^First/);
  await recluse.forget('everything');
  await shelf.refresh();
  await expect.poll(texts).toEqual(['Own 0', 'Own 1', 'Own 2']);
});

test('placeholders give way to any list, and a shelf without children shows one to everybody', async () => {
  await serving(false);
  for (const shelf of [
    `<recluse-shelf placeholder>${template}${own}</recluse-shelf>`,
    '<recluse-shelf></recluse-shelf>',
  ])
    await shown(page(shelf).shelf);
});

test('a shelf that is taken out and put in again asks again and leaves nothing behind', async () => {
  const recluse = await serving();
  const { shelf } = page(`<recluse-shelf limit="2">${template}${own}</recluse-shelf>`);
  await shown(shelf);
  shelf.remove();
  await recluse.track({ type: 'purchase', item: 'item-9' });
  await tick(calm);
  const { id } = shelf.list!;
  document.body.prepend(shelf);
  await expect.poll(() => shelf.list?.id).not.toBe(id);
  expect(shelf.querySelectorAll('.card')).toHaveLength(2);
});

test('a card with what it needs and no more: attributes change, and the shelf follows', async () => {
  await serving();
  const { shelf, texts } = page(`<recluse-shelf limit="2">${template}</recluse-shelf>`);
  await shown(shelf);
  shelf.setAttribute('limit', '4');
  await expect.poll(() => texts().length).toBe(4);
  shelf.request = { exclude: [shelf.list!.items[0]!.id] };
  const { id } = shelf.list!.items[0]!;
  await expect.poll(() => shelf.list!.items.some((item) => item.id === id)).toBe(false);
});
