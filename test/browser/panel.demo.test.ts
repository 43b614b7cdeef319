import axe from 'axe-core';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type {} from '../../demo/window.d.ts';
import { type DemoServer, serveDemo, withoutTheBrowsers } from './support/demo-server.ts';
import { products } from './support/shelves.ts';
import { forgetProfiles, openShop, type Shop, started } from './support/shop.ts';

let server: DemoServer;
/** One browser for all: each test enters it as a new visitor. */
let shop: Shop;

beforeAll(async () => {
  server = await serveDemo();
  shop = await openShop(server.url, { viewport: desktop });
});
afterAll(async () => {
  await shop.close();
  await server.stop();
  await forgetProfiles();
});

/** Two busy cores are slow; what does not come in this time does not come. */
vi.setConfig({ testTimeout: 120_000 });
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 25_000 });
const desktop = { width: 1280, height: 900 };
const day = 24 * 60 * 60 * 1000;

/** Enters as somebody whom this device does not know. The page is where the test before has left it, even one that failed half-way. */
async function enter(): Promise<Page> {
  const { page } = shop;
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: 'light' });
  await started(page);
  await page.evaluate(async () => {
    await window.recluse.consent('granted');
    await window.recluse.forget('everything');
    localStorage.clear();
  });
  await arrive(page);
  return page;
}

async function arrive(page: Page): Promise<void> {
  await page.goto(server.url);
  await page.locator('#pill[data-source]').waitFor();
}

/** Enters as the first sample shopper, of whom some hundred purchases are known. */
async function enterKnown(): Promise<Page> {
  const page = await enter();
  await page.locator('[data-shopper="0"]').click();
  await page.locator('.shelf[data-placement="again"]').waitFor();
  return page;
}

/** What the shop has asked for, oldest first. */
const asked = () => withoutTheBrowsers(server.requests);

/** Waits until nothing has been asked for in three seconds. */
async function quiet(page: Page): Promise<void> {
  for (let before = -1; before !== asked().length; ) {
    before = asked().length;
    await page.waitForTimeout(3000);
  }
}

type TabId = 'knows' | 'thinks' | 'why' | 'yours' | 'runs' | 'left';

async function openPanel(page: Page, tab: TabId): Promise<void> {
  if (!(await page.locator('#panel[open]').count()))
    await page.locator('.top-link[data-act="panel"]').click();
  await page.locator(`#tab-${tab}`).click();
  await page.locator(`#panel-body[data-shown="${tab}"]`).waitFor();
}

/** Waits until products have been seen on the shelves: half in view for a second. That is told when the panel is opened. */
async function seeShelves(page: Page): Promise<void> {
  const look = async () => {
    await page.waitForTimeout(1500);
    await openPanel(page, 'runs');
    const seen = await impressions(page);
    await page.locator('[data-panel="close"]').click();
    return seen.length;
  };
  await soon(look).toBeGreaterThan(3);
}

const body = (page: Page) => page.locator('#panel-body');
/** Lines of the timeline. They are in the SDK's element, within its shadow. */
const lines = (page: Page) => body(page).locator('[part="line"]');
const said = (page: Page) => page.locator('.panel-notices .notice');
const history = (page: Page) => page.evaluate(() => window.recluse.history({ limit: 5000 }));
const count = async (page: Page) => (await history(page)).length;
const impressions = async (page: Page) => (await history(page)).filter(({ type }) => type === 'impression');
const onShelves = (page: Page): Promise<string[]> =>
  page
    .locator('#shelves .card')
    .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.recluseItem!));
/** How many of these products are in a category. */
const inCategory = (page: Page, ids: string[], category: string) =>
  page.evaluate(
    async ([asked, wanted]) =>
      (await window.recluse.items(asked)).filter(({ categories }) => categories.includes(wanted)).length,
    [ids, category] as const,
  );
const bring = (page: Page, name: string, text: string) =>
  page
    .locator('#panel input[type="file"]')
    .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

describe('what it knows', () => {
  test('what is done in another tab is in the open panel at once', async () => {
    const page = await enter();
    await openPanel(page, 'knows');
    await body(page).getByText('Nothing yet').waitFor();
    const other = await shop.newTab(server.url);
    await other.locator('#pill[data-source]').waitFor();
    await other.evaluate(() => window.recluse.track({ type: 'search', query: 'oat milk' }));
    await soon(() => lines(page).allInnerTexts()).toEqual([expect.stringContaining('“oat milk”')]);
    await other.close();
  });

  test('what was only seen is one line, and goes with one tap', async () => {
    const page = await enterKnown();
    const before = await count(page);
    await page.evaluate(async () => {
      const items = (await window.recluse.items()).slice(0, 7);
      await window.recluse.track(items.map(({ id }) => ({ type: 'impression', item: id })));
    });
    await openPanel(page, 'knows');
    await soon(() => body(page).locator('[part="seen"]').innerText()).toMatch(
      /Seen on the shelves: \d+ products/,
    );
    expect(await lines(page).filter({ hasText: 'saw' }).count()).toBe(0);
    await body(page).locator('[data-do="seen"]').click();
    await soon(async () => (await impressions(page)).length).toBe(0);
    expect(await count(page)).toBe(before);
  });

  test('the timeline shows one kind alone where the visitor wants it', async () => {
    const page = await enterKnown();
    await page.evaluate(() => window.recluse.track({ type: 'search', query: 'pears' }));
    await openPanel(page, 'knows');
    await page.locator('select[name="shown"]').selectOption('search');
    await soon(() => lines(page).count()).toBe(1);
    expect(await lines(page).innerText()).toContain('pears');
  });

  test('all lines about a product go at once', async () => {
    const page = await enterKnown();
    await openPanel(page, 'knows');
    const all = body(page).locator('[data-do="product"]').first();
    const item = (await all.getAttribute('data-key'))!;
    const of = async () => (await history(page)).filter((line) => line.item === item).length;
    expect(await of()).toBeGreaterThan(1);
    await all.click();
    await soon(of).toBe(0);
  });

  test('a department, a kind and a stretch of time are forgotten as chosen, and nothing else', async () => {
    const page = await enterKnown();
    await page.evaluate(() => window.recluse.track({ type: 'view', item: '1' }));
    await openPanel(page, 'knows');
    await body(page).locator('.sweep summary').click();
    const sweep = body(page).locator('[data-do="sweep"]');
    expect(await sweep.isDisabled()).toBe(true);

    const before = await count(page);
    await page.locator('select[name="sweep-type"]').selectOption('view');
    await page.locator('select[name="sweep-when"]').selectOption('hour');
    await soon(() => sweep.innerText()).toBe('Forget 1 line');
    await sweep.click();
    await soon(() => count(page)).toBe(before - 1);
    expect((await history(page)).every(({ type }) => type !== 'view')).toBe(true);

    await page.locator('select[name="sweep-category"]').selectOption({ index: 1 });
    const category = await page.locator('select[name="sweep-category"]').inputValue();
    const ids = (await history(page)).map(({ item }) => item);
    const inIt = await page.evaluate(
      async ([asked, wanted]) => {
        const items = await window.recluse.items([...new Set(asked)]);
        const found = new Set(items.flatMap(({ id, categories }) => (categories.includes(wanted) ? id : [])));
        return asked.filter((id) => found.has(id)).length;
      },
      [ids, category] as const,
    );
    await soon(() => sweep.innerText()).toBe(`Forget ${inIt} ${inIt === 1 ? 'line' : 'lines'}`);
    await sweep.click();
    await soon(() => count(page)).toBe(before - 1 - inIt);

    const left = await history(page);
    const oldest = new Date(Math.min(...left.map(({ time }) => time)));
    const local = new Intl.DateTimeFormat('en-CA');
    await page.locator('select[name="sweep-when"]').selectOption('between');
    await page.locator('input[name="sweep-from"]').fill(local.format(oldest));
    await page.locator('input[name="sweep-to"]').fill(local.format(oldest));
    const sameDay = left.filter(({ time }) => local.format(time) === local.format(oldest)).length;
    await soon(() => sweep.innerText()).toBe(`Forget ${sameDay} ${sameDay === 1 ? 'line' : 'lines'}`);
    await sweep.click();
    await soon(() => count(page)).toBe(left.length - sameDay);
  });
});

describe('what it thinks', () => {
  test('whoever is new says what they like, and the shelves follow without any history', async () => {
    const page = await enter();
    await openPanel(page, 'thinks');
    const more = body(page).locator('[data-do="likes"]').first();
    const category = (await more.getAttribute('data-category'))!;
    await more.click();
    await soon(() => more.getAttribute('aria-pressed')).toBe('true');
    await soon(async () => inCategory(page, await products(page, 'for-you'), category)).toBeGreaterThan(2);
    expect(await count(page)).toBe(0);
    await more.click();
    await soon(() => page.evaluate(() => window.recluse.profile())).toEqual({});
  });

  test('a taste that is wrong is corrected: less of it, and it stays corrected', async () => {
    const page = await enterKnown();
    await openPanel(page, 'thinks');
    const less = body(page).locator('[data-do="dislikes"]').first();
    const category = (await less.getAttribute('data-category'))!;
    const before = await inCategory(page, await products(page, 'for-you'), category);
    await less.click();
    await soon(() => page.evaluate(() => window.recluse.profile())).toEqual({ dislikes: [category] });
    await soon(async () => inCategory(page, await products(page, 'for-you'), category)).toBeLessThan(
      Math.max(1, before),
    );
    await arrive(page);
    await openPanel(page, 'thinks');
    expect(
      await body(page)
        .locator(`[data-do="dislikes"][data-category="${category}"]`)
        .getAttribute('aria-pressed'),
    ).toBe('true');
  });

  test('a hidden product is gone from every shelf until it is shown again', async () => {
    const page = await enterKnown();
    const [hidden] = await products(page, 'for-you');
    await page.locator('.shelf[data-placement="for-you"] .card .more').first().click();
    await page.getByRole('menuitem', { name: 'Never show it' }).click();
    await soon(async () => (await onShelves(page)).includes(hidden!)).toBe(false);
    await arrive(page);
    await openPanel(page, 'thinks');
    expect(await onShelves(page)).not.toContain(hidden);
    await body(page).locator('[data-do="show-product"]').click();
    await soon(() => body(page).locator('[data-do="show-product"]').count()).toBe(0);
    await soon(async () => (await onShelves(page)).includes(hidden!)).toBe(true);
  });

  test('what visitors of an earlier shop had left out is still left out', async () => {
    const page = await enterKnown();
    const category = await page.evaluate(async () => {
      const [first] = await window.recluse.items([
        document.querySelector<HTMLElement>('#shelves .card')!.dataset.recluseItem!,
      ]);
      return first!.categories[1] ?? first!.categories[0]!;
    });
    await page.evaluate((name) => localStorage.setItem('larder:hidden', JSON.stringify([name])), category);
    await arrive(page);
    await soon(async () => inCategory(page, await onShelves(page), category)).toBe(0);
    expect(await page.evaluate(() => localStorage.getItem('larder:hidden'))).toBeNull();
    await openPanel(page, 'thinks');
    await body(page).locator('[data-do="show"]').click();
    await soon(async () => inCategory(page, await onShelves(page), category)).toBeGreaterThan(0);
  });

  test('a fact that the shop has a use for is said with one choice, and taken back with another', async () => {
    const page = await enter();
    await openPanel(page, 'thinks');
    const age = page.locator('select[name="age"]');
    expect(await age.inputValue()).toBe('');
    await age.selectOption('35-44');
    await soon(() => page.evaluate(() => window.recluse.profile())).toEqual({ age: '35-44' });
    await age.selectOption('');
    await soon(() => page.evaluate(() => window.recluse.profile())).toEqual({});
  });
});

describe('why this list', () => {
  test('"what if not?" shows the list without a thing of the past, and puts it back', async () => {
    const page = await enterKnown();
    await openPanel(page, 'why');
    const names = () => body(page).locator('.why-list > li > div > span').allInnerTexts();
    const before = await names();
    expect(before.length).toBe(10);
    const lines = await count(page);
    await body(page).locator('[data-do="if-not"]').first().click();
    await body(page).locator('.what-if').waitFor();
    expect(await names()).not.toEqual(before);
    expect(await count(page)).toBe(lines);
    await body(page).getByRole('button', { name: 'Put it back' }).click();
    await soon(names).toEqual(before);
  });

  test('the past is weighed when somebody asks: what speaks for a product, and what against it', async () => {
    const page = await enterKnown();
    await openPanel(page, 'why');
    expect(await body(page).locator('.influences').count()).toBe(0);
    await body(page).locator('[data-do="weigh"]').click();
    await soon(() => body(page).locator('.influences').count()).toBeGreaterThan(5);
    expect(await body(page).locator('.influences').first().innerText()).toMatch(/for it|against it/);
  });

  test('the sliders change the list, say so in words, and are kept', async () => {
    const page = await enterKnown();
    await openPanel(page, 'why');
    const before = await products(page, 'for-you');
    const variety = page.locator('#variety');
    await variety.focus();
    await page.keyboard.press('End');
    await soon(() => page.locator('#variety-words').innerText()).toBe('as varied as can be');
    await soon(() => products(page, 'for-you')).not.toEqual(before);
    expect(await variety.evaluate((slider) => slider === document.activeElement)).toBe(true);
    await soon(() => body(page).innerText()).toMatch(/place \d+ to \d+ for variety/);
    await page.locator('#usual').focus();
    await page.keyboard.press('End');
    await soon(() => page.locator('#usual-words').innerText()).toBe('exactly my usual mix');
    await arrive(page);
    await openPanel(page, 'why');
    expect(await page.locator('#variety').inputValue()).toBe('1');
    expect(await page.locator('#usual').inputValue()).toBe('1');
  });
});

describe('your choice', () => {
  test('learning nothing keeps nothing, erases nothing, and holds in every tab and at the next visit', async () => {
    const page = await enterKnown();
    const kept = (await page.evaluate(() => window.recluse.export())).interactions.length;
    const other = await shop.newTab(server.url);
    await other.locator('#pill[data-source]').waitFor();
    const consentThere = () => other.evaluate(async () => (await window.recluse.status()).privacy.consent);
    await openPanel(page, 'yours');
    await page.locator('input[value="denied"]').check();
    await said(page).getByText('What was kept is still here').waitFor();
    await soon(consentThere).toBe('denied');
    await other.close();
    await soon(() => page.locator('.shelf[data-placement="for-you"]').getAttribute('data-source')).toBe(
      'popular',
    );
    await page.keyboard.press('Escape');
    await page.locator('.shelf[data-placement="popular"] .add').first().click();
    await arrive(page);
    expect(await page.evaluate(async () => (await window.recluse.status()).privacy.consent)).toBe('denied');
    expect((await page.evaluate(() => window.recluse.export())).interactions.length).toBe(kept);
    await openPanel(page, 'knows');
    await body(page).getByText('not used now').waitFor();
    await page.getByRole('button', { name: 'Learn again' }).click();
    await page.locator('.shelf[data-placement="again"]').waitFor();
    await soon(() => count(page)).toBe(kept);
  });

  test('asked first, nothing reaches the disk before the yes, and all of it after', async () => {
    const page = await enter();
    await openPanel(page, 'yours');
    await page.locator('input[value="pending"]').check();
    await said(page).getByText('in this tab only').waitFor();
    await page.evaluate(() => window.recluse.track({ type: 'search', query: 'plums' }));
    expect(await page.evaluate(async () => (await window.recluse.status()).storage.kind)).toBe('memory');
    await page.locator('input[value="granted"]').check();
    await said(page).getByText('remembers on this device').waitFor();
    await arrive(page);
    expect((await history(page)).map(({ query }) => query)).toEqual(['plums']);
  });

  test('a copy adds to what is there, and twice is once', async () => {
    const page = await enterKnown();
    const copy = await page.evaluate(() => window.recluse.export());
    const first = copy.interactions[0]!;
    await page.evaluate((id) => window.recluse.forget({ interaction: id }), first.id);
    await openPanel(page, 'yours');
    await bring(page, 'copy.json', JSON.stringify(copy));
    await said(page).getByText('1 line added').waitFor();
    expect(await count(page)).toBe(copy.interactions.length);
    await bring(page, 'copy.json', JSON.stringify(copy));
    await said(page).getByText('0 lines added').waitFor();
  });

  test('a file that is none says what is wrong with it, and changes nothing', async () => {
    const page = await enterKnown();
    const before = await count(page);
    await openPanel(page, 'yours');
    const wrong: [text: string, says: RegExp][] = [
      ['{ half a file', /no copy of what a device knew\. Nothing was changed/],
      [JSON.stringify({ format: 'recluse-export', version: 99 }), /made by a newer shop/],
      [JSON.stringify({ format: 'recluse-export', version: 2, interactions: [{}], profile: {} }), /damaged/],
      ['yesterday, Bananas', /Line 1: “yesterday” is no date/],
    ];
    for (const [text, says] of wrong) {
      await bring(page, 'copy.json', text);
      await soon(() => said(page).innerText()).toMatch(says);
    }
    expect(await count(page)).toBe(before);
  });

  test('past orders are pasted line by line, each known by its order', async () => {
    const page = await enter();
    await openPanel(page, 'yours');
    const orders =
      'date;product;pieces;price;order\n2026-01-05;Bananas;2;1.88;A-1\n2026-02-05;Bananas;1;0.94;A-2';
    await page.locator('#orders').fill(orders);
    await body(page).getByRole('button', { name: 'Add these orders' }).click();
    await said(page).getByText('2 purchases added').waitFor();
    expect((await history(page)).map(({ basket, value, quantity }) => [basket, value, quantity])).toEqual([
      ['A-2', 0.94, 1],
      ['A-1', 1.88, 2],
    ]);
    await page.locator('#orders').fill(orders);
    await body(page).getByRole('button', { name: 'Add these orders' }).click();
    await said(page).getByText('0 purchases added, 2 were here already').waitFor();
  });

  test('keeping less makes sums of what is older', async () => {
    const page = await enterKnown();
    await openPanel(page, 'yours');
    await page.locator('select[name="keep"]').selectOption('days-30');
    await body(page).getByRole('button', { name: 'Sum up the rest' }).click();
    await said(page).getByText('summed up').waitFor();
    const left = await history(page);
    expect(left.every(({ time }) => Date.now() - time < 31 * day)).toBe(true);
    await openPanel(page, 'knows');
    await body(page)
      .getByText(/older lines are kept only as/)
      .waitFor();
  });
});

test('how it runs says how old the lists are, and looks for a newer pack when asked', async () => {
  const page = await enterKnown();
  await page.evaluate(() => window.recluse.ready());
  await openPanel(page, 'runs');
  // The SDK's panel draws around it in a moment of its own.
  await soon(() => body(page).innerText()).toMatch(/Lists on this page\s+made less than a minute ago/);
  await quiet(page);
  const before = asked().length;
  await body(page).getByRole('button', { name: 'Look for a newer pack' }).click();
  await said(page).getByText('This one is the newest').waitFor();
  expect(asked().slice(before)).toEqual(['/pack/manifest.json']);
});

test('how it runs shows what the shelves lead to, once the visitor wants that to be noted', async () => {
  const page = await enterKnown();
  await page.evaluate(() => window.recluse.ready());
  await openPanel(page, 'runs');
  await body(page).getByText('is not noted, unless you want').waitFor();
  expect(await impressions(page)).toEqual([]);
  await quiet(page);
  const before = asked().length;
  await body(page).getByRole('button', { name: 'Note what is seen' }).click();
  await body(page).getByRole('button', { name: 'Note no more what is seen' }).waitFor();
  await page.locator('[data-panel="close"]').click();
  await seeShelves(page);
  await page.locator('.shelf[data-placement="for-you"] .card-link').first().click();
  await page.locator('.product-facts').waitFor();
  await openPanel(page, 'runs');
  const row = body(page).locator('[part~="metrics"] tr', {
    has: page.locator('th', { hasText: /^for-you$/ }),
  });
  await soon(() => row.locator('td').nth(1).innerText()).toBe('1');
  expect(Number(await row.locator('td').first().innerText())).toBeGreaterThan(0);
  expect((await impressions(page)).length).toBeGreaterThan(3);
  expect(await row.locator('td').nth(4).innerText()).toMatch(/%$/);
  expect(await body(page).locator('svg[aria-label^="Products seen, by day"] rect').count()).toBe(1);
  const newToYou = body(page).locator('[part="fact"]', { hasText: 'New to you' });
  expect(await newToYou.innerText()).toMatch(/New to you\s+\d+(\.\d)?%/);
  expect(asked().slice(before)).toEqual([]);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run('#panel');
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
  expect(found).toEqual([]);
  await body(page).getByRole('button', { name: 'Note no more what is seen' }).click();
  await body(page).getByRole('button', { name: 'Note what is seen' }).waitFor();
  await arrive(page);
});

test('a whole tour of the panel on a phone is large enough for a finger, accessible in the dark, and silent', async () => {
  const page = await enterKnown();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate(() => window.recluse.ready());
  await quiet(page);
  const before = asked().length;
  await page.evaluate(axe.source);
  for (const tab of ['knows', 'thinks', 'why', 'yours', 'left'] as const) {
    await openPanel(page, tab);
    if (tab === 'knows') await body(page).locator('.sweep summary').click();
    if (tab === 'why') {
      await body(page).locator('[data-do="weigh"]').click();
      await body(page).locator('.influences').first().waitFor();
    }
    const found = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run('#panel');
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(found).toEqual([]);
    const small = await page
      .locator(
        '#panel button, #panel select, #panel textarea, #panel input[type="range"], #panel .choices label',
      )
      .evaluateAll((targets) =>
        targets
          .map((target) => ({ size: target.getBoundingClientRect(), name: target.outerHTML.slice(0, 80) }))
          .filter(({ size }) => size.width > 0 && (size.height < 43.9 || size.width < 43.9))
          .map(({ name, size }) => `${name} ${size.width} x ${size.height}`),
      );
    expect(small).toEqual([]);
    const wider = await body(page).evaluate((node) => node.scrollWidth - node.clientWidth);
    expect(wider).toBe(0);
  }
  expect(asked().slice(before)).toEqual([]);
  expect(shop.messages).toEqual([]);
  expect(shop.violations).toEqual([]);
});

test('a visitor who wants it sees what the shelves teach this device, and can end that', async () => {
  const page = await enterKnown();
  await page.evaluate(() => window.recluse.ready());
  await openPanel(page, 'runs');
  await body(page).getByText('teaches this device nothing').waitFor();
  await body(page).getByRole('button', { name: 'Learn from what I pass over' }).click();
  await page.locator('#pill[data-source]').waitFor();
  await page.evaluate(() => window.recluse.ready());
  await seeShelves(page);
  await page.locator('.shelf[data-placement="for-you"] .card-link').first().click();
  await page.locator('.product-facts').waitFor();
  await quiet(page);
  const before = asked().length;
  await openPanel(page, 'runs');
  await body(page)
    .getByText(/Learned from \d+ things seen and chosen/)
    .waitFor();
  expect((await impressions(page)).length).toBeGreaterThan(3);
  expect(
    await body(page)
      .getByText(/: (more|less) of it$/)
      .count(),
  ).toBeGreaterThan(0);
  expect(asked().slice(before)).toEqual([]);
  // A few things seen are less than one part of a hundred; the list knows them all the same.
  const parts = await page.evaluate(async () => {
    const { items } = await window.recluse.recommend({ explain: true });
    return items.map(({ parts }) => parts!.learned!);
  });
  expect(parts.some((part) => part !== 0)).toBe(true);
  await body(page).getByRole('button', { name: 'Learn no more from what I pass over' }).click();
  await page.waitForFunction(() => 'recluse' in window && !document.querySelector('#panel[open]'));
  await page.locator('.product-facts').waitFor();
  await openPanel(page, 'runs');
  await body(page).getByText('teaches this device nothing').waitFor();
});

test('what a new visitor sees on the shelves counts, though what notes it came after them', async () => {
  const late = await openShop(server.url, {
    viewport: desktop,
    // It answers without the network.
    serviceWorkers: 'block',
  });
  try {
    const { page, context } = late;
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await context.route(/\/assets\/measured-/, async (route) => {
      await arrived;
      await route.continue();
    });
    await page.evaluate(() => localStorage.setItem('larder:watching', 'true'));
    await page.reload();
    await started(page);
    await page.locator('[data-shopper="0"]').click();
    await page.locator('.shelf[data-placement="again"]').waitFor();
    // The full model's lists, after which none comes by itself.
    await page.evaluate(() => window.recluse.ready());
    await page.waitForTimeout(2000);
    arrive();
    await seeShelves(page);
  } finally {
    await late.close();
  }
});
