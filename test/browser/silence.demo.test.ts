/** Once ready, the recommender needs nobody: every method works with the server gone, and none makes a request. */
import { cp, mkdtemp, readdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import type { Recommender } from 'recluse';
import { expect, test } from 'vitest';
import { withoutTheBrowsers } from './support/demo-server.ts';
import { closeAfterwards, removeAfterwards, serving, visiting } from './support/opened.ts';
import { started } from './support/shop.ts';

declare global {
  var recluse: Recommender;
}

closeAfterwards();

async function ready(page: Page): Promise<void> {
  await started(page);
  await page.evaluate(() => globalThis.recluse.ready());
}

/** The shop's own search comes when it is idle, after five seconds at the latest. */
async function quiet(page: Page): Promise<void> {
  await ready(page);
  await page.waitForTimeout(5500);
  await page.waitForLoadState('networkidle');
}

/**
 * Calls every method of the handle once, the last one `close()`. `refresh()` is left out: whoever calls it asks for a request.
 *
 * @returns what each came to, by name: `fine`, or the error. A method without a call here is `not called`
 */
function callEverything(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const { recluse } = globalThis;
    const [one, two, three] = (await recluse.popular({ limit: 3 })).items.map(({ id }) => id) as [
      string,
      string,
      string,
    ];
    const list = await recluse.recommend({ limit: 3 });
    const calls: Record<string, () => unknown> = {
      track: async () => {
        await recluse.track([
          { type: 'purchase', item: one, basket: 'a' },
          { type: 'view', item: two },
          { type: 'impression', item: three, placement: 'home' },
          { type: 'search', query: 'tea' },
        ]);
        await recluse.track({ type: 'hide', item: three });
      },
      shown: () => recluse.shown(list),
      trackMany: () =>
        recluse.trackMany([
          { type: 'view', item: one },
          { type: 'click', item: two },
        ]),
      recommend: async () => {
        await recluse.recommend({ explain: 'full', diversity: 0.5, rotation: 0.5, newness: 0.5 });
        await recluse.recommend({ freshness: 'instant', placement: 'in-advance' });
        await recluse.recommend({ rules: [{ kind: 'bury', where: { category: 'SOUP' } }] });
        await (await recluse.recommend({ limit: 3 })).next();
      },
      rerank: () => recluse.rerank([one, two]),
      discover: () => recluse.discover(),
      buyAgain: () => recluse.buyAgain(),
      searchByTaste: () => recluse.searchByTaste('milk'),
      similar: () => recluse.similar(one),
      boughtTogether: () => recluse.boughtTogether([one, two]),
      popular: () => recluse.popular({ segment: 'visitor' }),
      trending: () => recluse.trending(),
      predict: () => recluse.predict([one]),
      rules: () => recluse.rules([{ kind: 'bury', where: { category: 'SOUP' } }]),
      update: () => recluse.update({ [two]: { available: false } }),
      addItems: () => recluse.addItems([{ id: 'new-tea', title: 'A new tea', categories: ['TEA'] }]),
      items: () => recluse.items([one]),
      history: () => recluse.history(),
      interactions: async () => {
        for await (const _ of recluse.interactions({ from: 0 })) break;
      },
      importHistory: () => recluse.importHistory([{ type: 'purchase', item: two, time: 1, basket: 'b' }]),
      retract: () => recluse.retract({ basket: 'b' }),
      profile: () => recluse.profile(),
      setProfile: () => recluse.setProfile({ likes: [] }),
      export: () => recluse.export(),
      import: async () => recluse.import(await recluse.export()),
      retain: () => recluse.retain({ days: 1 }),
      forget: async () => {
        await recluse.forget({ item: one });
        await recluse.forget('everything');
      },
      on: () => recluse.on('change', () => {})(),
      part: async () => {
        await recluse.part('measure', 'metrics', []);
        await recluse.part('measure', 'variant', ['home', ['a', 'b'], {}]);
      },
      status: () => recluse.status({ card: true }),
      ready: () => recluse.ready(),
      consent: async () => {
        await recluse.consent('pending');
        await recluse.track({ type: 'view', item: two });
        await recluse.forget({ item: one });
        await recluse.consent('granted');
        await recluse.consent('denied', { erase: true });
        await recluse.recommend();
        await recluse.export();
      },
      close: () => recluse.close(),
    };
    const outcomes: Record<string, string> = {};
    const called = ['refresh', ...Object.keys(calls)];
    for (const [name, method] of Object.entries(recluse))
      if (typeof method === 'function' && !called.includes(name)) outcomes[name] = 'not called';
    for (const [name, call] of Object.entries(calls)) {
      try {
        await call();
        outcomes[name] = 'fine';
      } catch (error) {
        outcomes[name] = String(error);
      }
    }
    return outcomes;
  });
}

const withoutFine = (outcomes: Record<string, string>) =>
  Object.fromEntries(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'fine'));

test('with the server gone after ready(), every method works, and not one request is made', {
  timeout: 180_000,
}, async () => {
  const server = await serving();
  // Without a service worker nothing but the page's own memory can help.
  const { page, requests } = await visiting(server.url, { serviceWorkers: 'block' });
  await quiet(page);
  await server.stop();
  const before = { server: server.requests.length, browser: requests.length };
  expect(requests.filter((url) => url.includes('/assets/worker-text-search'))).toHaveLength(1);
  expect(withoutFine(await callEverything(page))).toEqual({});
  // Timers of every kind get their chance.
  await page.waitForTimeout(2000);
  expect(requests.slice(before.browser)).toEqual([]);
  expect(server.requests.slice(before.server)).toEqual([]);
});

test('at a second visit without a network every method works, too', { timeout: 180_000 }, async () => {
  const server = await serving();
  const { page, requests } = await visiting(server.url);
  await ready(page);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await server.stop();
  await expect(fetch(server.url)).rejects.toThrow();
  await page.reload();
  await quiet(page);
  const { problems } = await page.evaluate(() => globalThis.recluse.status());
  expect(problems.map(({ code }) => code)).toEqual(['pack-unreachable']);
  const before = requests.length;
  expect(withoutFine(await callEverything(page))).toEqual({});
  await page.waitForTimeout(2000);
  expect(withoutTheBrowsers(requests.slice(before))).toEqual([]);
});

test('no part of the worker that can wait comes before the first list of a stranger', async () => {
  const server = await serving();
  const { page, requests } = await visiting(server.url, { serviceWorkers: 'block' });
  await page.waitForSelector('.shelf[data-placement="for-you"][data-source] [data-recluse-item]');
  await ready(page);
  const place = (name: RegExp) => requests.findIndex((url) => name.test(url));
  // This shop adds an item and reads the profile as it starts, so it asks for stock, rights and merge at once.
  const late = place(/\/assets\/worker-(advance|delta|forgetting|memory|occlusion|refresh)-/);
  expect(late).toBeGreaterThan(0);
  expect(place(/\/pack\/linear-/)).toBeLessThan(late);
  expect(place(/\/pack\/rows-/)).toBeLessThan(late);
});

test('parts that do not arrive are a problem that has a name; the lists go on, and the next use asks for them again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recluse-demo-'));
  removeAfterwards(folder);
  await cp(fileURLToPath(new URL('../../demo/dist', import.meta.url)), folder, { recursive: true });
  const assets = join(folder, 'assets');
  const parts = (await readdir(assets)).filter((name) => /^worker-(occlusion|rights|rotation)-/.test(name));
  expect(parts).toHaveLength(3);
  for (const part of parts) await rename(join(assets, part), join(folder, part));
  const server = await serving(folder);
  const { page } = await visiting(server.url, { serviceWorkers: 'block' });
  await ready(page);
  const { phase, source, problems } = await page.evaluate(() => globalThis.recluse.status());
  expect({ phase, source }).toEqual({ phase: 'ready', source: 'model' });
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['script-unreachable']));
  const exported = () =>
    page.evaluate(() =>
      globalThis.recluse.export().then(
        ({ format }) => String(format),
        (error) => error.code as string,
      ),
    );
  expect(await exported()).toBe('script-unreachable');
  const stored = await page.evaluate(async () => {
    await globalThis.recluse.track({ type: 'impression', item: 'seen', placement: 'home' });
    return (await globalThis.recluse.history()).map(({ item }) => item);
  });
  expect(stored).toContain('seen');
  for (const part of parts) await rename(join(folder, part), join(assets, part));
  expect(await exported()).not.toBe('script-unreachable');
});
