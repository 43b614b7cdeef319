import axe from 'axe-core';
import type { Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {} from '../../demo/window.d.ts';
import { type DemoServer, serveDemo } from './support/demo-server.ts';
import { products, shelf } from './support/shelves.ts';
import { forgetProfiles, openShop, type Shop } from './support/shop.ts';

let server: DemoServer;
/** One browser for all: each test enters it as a new visitor. */
let shop: Shop;

const desktop = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

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
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 60_000 });

interface Visitor {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
}

/** Enters the shop as somebody whom this device does not know, and waits for the first lists. */
async function enter({ viewport = desktop, colorScheme = 'light' }: Visitor = {}): Promise<Page> {
  const { page } = shop;
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await page.goto(server.url);
  await page.locator('#pill[data-source]').waitFor();
  await page.evaluate(async () => {
    await window.recluse.forget('everything');
    localStorage.clear();
  });
  await page.goto(server.url);
  await page.locator('#pill[data-source]').waitFor();
  return page;
}

/** Taps a sample shopper and waits until the shelves know that shopper. */
async function become(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await shelf(page, 'again').waitFor();
}

async function firstShopper(page: Page): Promise<string> {
  return (await page.locator('[data-shopper="0"]').innerText()).trim();
}

/** What axe finds on the page, or in one part of it. */
async function violations(page: Page, part = 'html'): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (selector) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(selector);
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html }) => html)
          .slice(0, 3)
          .join(' | ')}`,
    );
  }, part);
  return found;
}

describe('the shop is for everybody', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`home, product and panel have no axe violation in the ${colorScheme}`, async () => {
      const page = await enter({ colorScheme });
      await become(page, await firstShopper(page));
      expect(await violations(page)).toEqual([]);

      await page.getByRole('button', { name: /^What this device knows/ }).click();
      await page.getByRole('tabpanel').getByRole('listitem').first().waitFor();
      for (const [id, tab] of Object.entries({
        knows: 'What it knows',
        thinks: 'What it thinks',
        why: 'Why this list',
        yours: 'Yours to decide',
        runs: 'How it runs',
        left: 'What left this device',
      })) {
        await page.getByRole('tab', { name: tab }).click();
        await page.locator(`#panel-body[data-shown="${id}"]`).waitFor();
        expect(await violations(page, '#panel')).toEqual([]);
      }
      await page.keyboard.press('Escape');

      await shelf(page, 'for-you').locator('.card-link').first().click();
      await page.locator('.product h1').waitFor();
      expect(await violations(page)).toEqual([]);
    });
  }

  test('something can be bought with the keyboard alone', async () => {
    const page = await enter();
    const press = async (key: string, until: () => Promise<boolean>) => {
      for (let times = 0; times < 120 && !(await until()); times += 1) await page.keyboard.press(key);
      expect(await until()).toBe(true);
    };
    const focusIs = (selector: string) => () =>
      page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

    await press('Tab', focusIs('.shelf[data-placement="for-you"] .add'));
    const bought = await page.evaluate(
      () => document.activeElement!.closest<HTMLElement>('[data-recluse-item]')!.dataset.recluseItem,
    );
    await page.keyboard.press('Enter');
    await soon(() => page.locator('#basket-count').innerText()).toBe('1');
    expect(await focusIs('.add')()).toBe(true);

    await press('Shift+Tab', focusIs('#to-basket'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Basket', level: 1 }).waitFor();
    await press('Tab', focusIs('#check-out'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Thank you.' }).waitFor();

    const history = await page.evaluate(() => window.recluse.history({ limit: 5 }));
    expect(history[0]).toMatchObject({ type: 'purchase', item: bought });
  });

  test('the panel takes the focus, keeps it, and gives it back', async () => {
    const page = await enter();
    const opener = page.getByRole('button', { name: /^What this device knows/ });
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let times = 0; times < 15; times += 1) {
      await page.keyboard.press('Tab');
      // Between the last and the first element Chromium passes through its own window.
      expect(
        await page.evaluate(
          () =>
            document.activeElement === document.body ||
            document.querySelector('#panel')!.contains(document.activeElement),
        ),
      ).toBe(true);
    }
    await page.keyboard.press('Escape');
    await soon(() => opener.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  for (const [name, viewport] of Object.entries({ phone, desktop })) {
    test(`nothing is wider than the window of a ${name}`, async () => {
      const page = await enter({ viewport });
      const tooWide = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(await tooWide()).toBe(0);
      await become(page, await firstShopper(page));
      expect(await tooWide()).toBe(0);
      await shelf(page, 'for-you').locator('.card-link').first().click();
      await page.locator('.product h1').waitFor();
      expect(await tooWide()).toBe(0);
      await page.locator('.product-deeds [data-act="add"]').click();
      await page.locator('#to-basket').click();
      await page.locator('#check-out').waitFor();
      expect(await tooWide()).toBe(0);
    });
  }

  test('every button of a card is large enough for a finger', async () => {
    const page = await enter({ viewport: phone });
    const small = await page.locator('.card button, .top-link, .chip').evaluateAll((targets) =>
      targets
        .map((target) => ({ size: target.getBoundingClientRect(), name: target.className }))
        .filter(({ size }) => size.width > 0 && (size.height < 44 || size.width < 44))
        .map(({ name, size }) => `${name} ${size.width} x ${size.height}`),
    );
    expect(small).toEqual([]);
  });
});

describe('the first ten seconds', () => {
  test('popular shelves are there without any script', async () => {
    const { page, close } = await openShop(server.url, { viewport: desktop, javaScriptEnabled: false });
    expect(await shelf(page, 'for-you').locator('.card').count()).toBe(12);
    expect(await shelf(page, 'popular').locator('.card').first().isVisible()).toBe(true);
    expect(await shelf(page, 'for-you').getAttribute('data-source')).toBe('popular');
    await close();
  });

  test('nothing jumps while the shop starts', async () => {
    const { page, close } = await openShop(server.url, { viewport: desktop });
    await page.locator('#pill[data-source]').waitFor();
    await page.evaluate(() => window.recluse.ready());
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
              sum += entry.value;
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => resolve(sum), 500);
        }),
    );
    expect(shift).toBeLessThan(0.02);
    await close();
  });

  test('a sample shopper changes the shelves, and each moved card says why', async () => {
    const page = await enter();
    const before = await products(page, 'for-you');
    await become(page, await firstShopper(page));
    expect(await products(page, 'for-you')).not.toEqual(before);
    expect(await shelf(page, 'for-you').getAttribute('data-source')).not.toBe('popular');
    await soon(() =>
      shelf(page, 'for-you')
        .locator('.reason')
        .allInnerTexts()
        .then((texts) => texts.join('')),
    ).toMatch(/because of|about every|you like/);
    const newest = await page.evaluate(async () => (await window.recluse.history({ limit: 1 }))[0]!.time);
    expect(Date.now() - newest).toBeLessThan(7 * 24 * 60 * 60 * 1000);

    await become(page, (await page.locator('[data-shopper="1"]').innerText()).trim());
    const ofAnother = await products(page, 'for-you');
    expect(ofAnother).not.toEqual(before);
    await page.getByRole('button', { name: 'start empty' }).click();
    await soon(() => products(page, 'for-you')).toEqual(before);
  });

  test('no product stands on two shelves', async () => {
    const page = await enter();
    await become(page, await firstShopper(page));
    const all = await page
      .locator('#shelves .card')
      .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.recluseItem));
    expect(new Set(all).size).toBe(all.length);
  });

  test('one more in the basket moves the shelves, and the card under the finger stays', async () => {
    const page = await enter();
    await become(page, await firstShopper(page));
    const before = await products(page, 'discover');
    const [, chosen] = before;
    await shelf(page, 'discover').locator(`[data-recluse-item="${chosen}"] .add`).click();
    await soon(async () => (await page.evaluate(() => window.recluse.history({ limit: 1 })))[0]?.type).toBe(
      'cart',
    );
    await soon(() => shelf(page, 'discover').locator('.add').nth(1).innerText()).toBe('1');
    expect((await products(page, 'discover'))[1]).toBe(chosen);
  });
});

describe('the shop explains itself', () => {
  let page: Page;
  beforeEach(async () => {
    page = await enter();
    await become(page, await firstShopper(page));
  });

  test('"why" tells the reasons of a card, and the parts of its score', async () => {
    await shelf(page, 'for-you').locator('.why').first().click();
    const reasons = page.locator('#floating');
    await reasons.waitFor();
    expect(await reasons.innerText()).toMatch(/You .*(bought|buy|choose|put|liked)/);
    expect(await reasons.locator('.parts').getAttribute('aria-label')).toMatch(/\d+ %/);
    await page.keyboard.press('Escape');
    await soon(() =>
      shelf(page, 'for-you')
        .locator('.why')
        .first()
        .evaluate((button) => button === document.activeElement),
    ).toBe(true);
  });

  test('a line that is taken out of the history is gone', async () => {
    await page.getByRole('button', { name: /^What this device knows/ }).click();
    const count = async () => (await page.evaluate(() => window.recluse.status())).storage.interactions;
    const before = await count();
    const line = page
      .getByRole('tabpanel')
      .getByRole('button', { name: /^Forget:/ })
      .first();
    await line.click();
    await soon(count).toBe(before - 1);
  });

  test('a category that is left out is on no shelf any more', async () => {
    await page.getByRole('button', { name: /^What this device knows/ }).click();
    await page.getByRole('tab', { name: 'What it thinks' }).click();
    const button = page.getByRole('tabpanel').locator('[data-hide]').first();
    const category = (await button.getAttribute('data-hide'))!;
    await button.click();
    await page.keyboard.press('Escape');
    const shown = async () => {
      const ids = await page
        .locator('#shelves .card')
        .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.recluseItem!));
      const items = await page.evaluate((asked) => window.recluse.items(asked), ids);
      return items.filter(({ categories }) => categories.includes(category)).length;
    };
    await soon(shown).toBe(0);
  });

  test('forget all empties the history and brings back what everybody sees', async () => {
    await page.getByRole('button', { name: /^What this device knows/ }).click();
    await page.getByRole('button', { name: 'Forget all' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Forget all' }).click();
    await soon(() => shelf(page, 'for-you').getAttribute('data-source')).toBe('popular');
    expect(await page.evaluate(() => window.recluse.history())).toEqual([]);
  });

  test('what was saved can be brought back', async () => {
    const before = await page.evaluate(() => window.recluse.export());
    await page.evaluate(() => window.recluse.forget('everything'));
    await page.getByRole('button', { name: /^What this device knows/ }).click();
    await page.getByRole('tab', { name: 'Yours to decide' }).click();
    await page.locator('#panel input[type="file"]').setInputFiles({
      name: 'copy.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(before)),
    });
    await soon(async () => (await page.evaluate(() => window.recluse.status())).storage.interactions).toBe(
      before.interactions.length,
    );
  });
});

test('search forgives spelling, and an address can be opened directly', async () => {
  const page = await enter();
  await page.locator('#words').pressSequentially('banannas');
  await soon(() =>
    page
      .locator('.grid .card-title')
      .first()
      .innerText()
      .catch(() => ''),
  ).toMatch(/banana/i);
  const product = await products(page, 'search');
  await page.goto(`${server.url}product/${product[0]}`);
  await page.locator('.product h1').waitFor();
  expect(await page.title()).toMatch(/banana/i);
});

test('a whole visit prints nothing to the console and breaks no rule of the Content-Security-Policy', async () => {
  const page = await enter();
  await become(page, await firstShopper(page));
  await shelf(page, 'discover').locator('.add').first().click();
  await shelf(page, 'for-you').locator('.more').first().click();
  await page.getByRole('menuitem', { name: 'Not this' }).click();
  await shelf(page, 'for-you').locator('.card-link').first().click();
  await page.getByRole('radio', { name: /^4 of 5/ }).check({ force: true });
  await page.goBack();
  await page.locator('.departments a').first().click();
  await page.locator('.category h1').waitFor();
  await page.locator('#pill, .brand').first().click();
  await page.evaluate(() => window.recluse.ready());
  expect(shop.messages).toEqual([]);
  expect(shop.violations).toEqual([]);
});
