/** What we promise a visitor, held against the built shop in a browser that is driven from outside. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright';
import type { Interaction, Recommender } from 'recluse';
import { expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../scripts/serve.mjs';
import { withoutTheBrowsers } from './support/demo-server.ts';
import { closeAfterwards, removeAfterwards, serving, visiting } from './support/opened.ts';
import { started } from './support/shop.ts';

declare global {
  var recluse: Recommender;
}

closeAfterwards();

/** Waits until nothing more will be fetched: by the recommender, and by the shop's service worker for its own files. */
async function settled(page: Page): Promise<void> {
  await started(page);
  await page.evaluate(() => globalThis.recluse.ready());
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.waitForLoadState('networkidle');
}

const shelf = (page: Page, placement: string) =>
  page
    .locator(`.shelf[data-placement="${placement}"] [data-recluse-item]`)
    .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.recluseItem!));

const track = (page: Page, ...interactions: Interaction[]) =>
  page.evaluate((given) => globalThis.recluse.track(given), interactions);
const history = (page: Page) =>
  page.evaluate(async () => (await globalThis.recluse.history()).map(({ item }) => item));
const status = (page: Page) => page.evaluate(() => globalThis.recluse.status());
const recommended = (page: Page, limit = 10) =>
  page.evaluate(async (most) => {
    const { items, source, pack } = await globalThis.recluse.recommend({ limit: most });
    return { ids: items.map(({ id }) => id), source, pack };
  }, limit);

/** A copy of the built shop that a test may damage. */
async function copyOfTheShop(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recluse-demo-'));
  removeAfterwards(folder);
  await cp(fileURLToPath(new URL('../../demo/dist', import.meta.url)), folder, { recursive: true });
  return folder;
}

/** Puts a new version of the pack into a copy of the shop whose matrix does not arrive whole. */
async function publishDamagedPack(folder: string): Promise<void> {
  const place = join(folder, 'pack/manifest.json');
  const manifest = JSON.parse(await readFile(place, 'utf8'));
  const { linear } = manifest.files;
  const bytes = await readFile(join(folder, 'pack', linear.path));
  bytes[bytes.length - 1]! ^= 1;
  linear.sha256 = createHash('sha256').update(bytes).digest('hex');
  linear.path = `linear-${linear.sha256.slice(0, 8)}.bin`;
  const hashes = Object.values(manifest.files as Record<string, { sha256: string }>).map(
    (file) => file.sha256,
  );
  manifest.version = createHash('sha256').update(hashes.join('')).digest('hex').slice(0, 16);
  await writeFile(join(folder, 'pack', linear.path), bytes.subarray(0, bytes.length / 2));
  await writeFile(place, JSON.stringify(manifest));
}

test('a stranger sees shelves at once, and a list of their own without a click', async () => {
  const server = await serving();
  const { page, messages } = await visiting(server.url);
  expect(await shelf(page, 'popular')).not.toHaveLength(0);
  await started(page);
  const first = await recommended(page);
  expect(first.ids).toHaveLength(10);
  expect(['popular', 'linear', 'model']).toContain(first.source);
  await settled(page);
  const { phase, problems, storage, network } = await status(page);
  expect({ phase, problems, kind: storage.kind, sent: network.sent }).toEqual({
    phase: 'ready',
    problems: [],
    kind: 'indexeddb',
    sent: 0,
  });
  expect(messages).toEqual([]);
});

test('a purchase moves the shelves in front of the visitor', async () => {
  const server = await serving();
  const { page } = await visiting(server.url);
  await settled(page);
  const before = await shelf(page, 'for-you');
  const bought = (await shelf(page, 'popular'))[3]!;
  await track(page, { type: 'purchase', item: bought }, { type: 'purchase', item: bought });
  await expect.poll(() => shelf(page, 'for-you')).not.toEqual(before);
  const again = await page.evaluate(
    async () => (await globalThis.recluse.recommend({ mode: 'repeat' })).items,
  );
  expect(again.map(({ id }) => id)).toEqual([bought]);
  await expect
    .poll(() => page.locator('.shelf[data-placement="for-you"]').getAttribute('data-source'))
    .not.toBe('popular');
});

test('what the shop has learned survives a reload', async () => {
  const server = await serving();
  const { page } = await visiting(server.url);
  await settled(page);
  const [one, other] = await shelf(page, 'popular');
  await track(page, { type: 'purchase', item: one! }, { type: 'like', item: other! });
  await page.reload();
  await started(page);
  expect(await history(page)).toEqual([other, one]);
});

test('a purchase survives the tab being killed at once', async () => {
  const server = await serving();
  const { page, context, newTab } = await visiting(server.url);
  await settled(page);
  const [one] = await shelf(page, 'popular');
  await track(page, { type: 'purchase', item: one! });
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {});
  await crashed;
  const other = await newTab(server.url);
  await started(other);
  expect(await history(other)).toEqual([one]);
});

test('a purchase survives the whole browser being killed at once', async () => {
  const server = await serving();
  const { page, context, profile } = await visiting(server.url);
  await settled(page);
  const [one] = await shelf(page, 'popular');
  const session: CDPSession = await context.newCDPSession(page);
  const gone = new Promise((resolve) => context.once('close', resolve));
  await track(page, { type: 'purchase', item: one! });
  session.send('Browser.crash' as 'Browser.close').catch(() => {});
  await gone;
  const again = await visiting(server.url, { profile });
  await started(again.page);
  expect(await history(again.page)).toEqual([one]);
});

test('a click that tracks and leaves the page in one breath is not lost', async () => {
  const server = await serving();
  const { page } = await visiting(server.url);
  await settled(page);
  const bought = (await shelf(page, 'popular')).slice(0, 5);
  await Promise.all([
    page.waitForNavigation(),
    page.evaluate((items) => {
      for (const item of items) void globalThis.recluse.track({ type: 'purchase', item });
      location.href = '/icon.svg';
    }, bought),
  ]);
  await page.goto(server.url);
  await started(page);
  await expect.poll(() => history(page)).toEqual([...bought].reverse());
  expect(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('outbox'))),
  ).toEqual([]);
});

test('after the first visit the shop works with the server gone, and says that its shelves are here', async () => {
  const server = await serving();
  const { page, newTab } = await visiting(server.url);
  await settled(page);
  const { source } = await status(page);
  await server.stop();
  await expect(fetch(server.url)).rejects.toThrow();
  await page.reload();
  // Said for nine seconds: on a busy machine the model takes longer.
  await expect
    .poll(() => page.locator('#notices').textContent())
    .toMatch(/^The shop could not be asked for anything newer\./);
  await started(page);
  await page.evaluate(() => globalThis.recluse.ready());
  const [one] = await shelf(page, 'popular');
  await track(page, { type: 'purchase', item: one! });
  const list = await recommended(page);
  expect(list.source).toBe(source);
  expect(list.ids).toHaveLength(10);
  const other = await newTab(`${server.url}product/${one}`);
  await started(other);
  // The product page has added that it was looked at.
  expect(await history(other)).toContain(one);
  await expect.poll(() => other.locator('h1').first().textContent()).not.toBe('');
});

test('once ready, nothing is asked of anybody: not by the page, not by a worker', async () => {
  const server = await serving();
  const { page, requests } = await visiting(server.url);
  await settled(page);
  // The shop itself loads its search when it is idle, after five seconds at the latest.
  await page.waitForTimeout(5500);
  const before = { server: server.requests.length, browser: requests.length };
  // The browser's record would have shown it: it has the worker's requests, and the service worker's.
  expect(requests.filter((url) => url.endsWith('/pack/manifest.json'))).toHaveLength(1);
  expect(requests.filter((url) => url.includes('/assets/worker-ort')).length).toBeGreaterThan(0);
  const [one, two, three] = await shelf(page, 'popular');
  await track(page, { type: 'purchase', item: one! }, { type: 'view', item: two! });
  await page.evaluate(async (item) => {
    await globalThis.recluse.recommend({ explain: true, diversity: 0.5 });
    await globalThis.recluse.rerank([item]);
    await globalThis.recluse.similar(item, { by: 'together' });
    await globalThis.recluse.popular();
    await globalThis.recluse.items();
    await globalThis.recluse.history();
    await globalThis.recluse.export();
    await globalThis.recluse.status();
    await globalThis.recluse.forget({ item });
  }, three!);
  // Timers of every kind get their chance.
  await page.waitForTimeout(3000);
  expect(withoutTheBrowsers(server.requests.slice(before.server))).toEqual([]);
  expect(withoutTheBrowsers(requests.slice(before.browser))).toEqual([]);
});

test('the strict Content-Security-Policy is sent, and nothing breaks it', async () => {
  const server = await serving();
  const { page, violations, messages } = await visiting(server.url);
  const answer = await fetch(server.url);
  expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
  expect(contentSecurityPolicy).toBe(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  );
  await settled(page);
  const [one] = await shelf(page, 'popular');
  await track(page, { type: 'purchase', item: one! });
  await recommended(page);
  expect(violations).toEqual([]);
  expect(messages).toEqual([]);
});

test('a new pack that arrives damaged leaves the last one serving, and the visitor is told', async () => {
  const folder = await copyOfTheShop();
  const server = await serving(folder);
  const { page } = await visiting(server.url);
  await settled(page);
  const before = await recommended(page, 20);
  await publishDamagedPack(folder);
  await page.reload();
  await settled(page);
  const { problems } = await status(page);
  expect(problems.map(({ code }) => code)).toEqual(['pack-damaged']);
  const after = await recommended(page, 20);
  expect(after).toEqual(before);
});

test('a first pack that arrives damaged still gives popular shelves, and says so', async () => {
  const folder = await copyOfTheShop();
  await publishDamagedPack(folder);
  const server = await serving(folder);
  const { page } = await visiting(server.url);
  await started(page);
  await page.evaluate(() => globalThis.recluse.ready());
  const list = await recommended(page);
  expect(list).toMatchObject({ source: 'popular' });
  expect(list.ids).toHaveLength(10);
  expect((await status(page)).problems.map(({ code }) => code)).toContain('pack-damaged');
});

test('two tabs learn together, at once', async () => {
  const server = await serving();
  const { page, newTab } = await visiting(server.url);
  await settled(page);
  const other = await newTab(server.url);
  await settled(other);
  const before = await shelf(other, 'for-you');
  const items = (await shelf(page, 'popular')).slice(0, 6);
  await Promise.all(items.map((item, place) => track(place % 2 ? page : other, { type: 'purchase', item })));
  expect(new Set(await history(page))).toEqual(new Set(items));
  expect(await history(other)).toEqual(await history(page));
  await expect.poll(() => shelf(other, 'for-you')).not.toEqual(before);
  await page.evaluate(() => globalThis.recluse.forget('everything'));
  await expect.poll(() => history(other)).toEqual([]);
});

/** Everything that the browser keeps for this origin, as text, but for the shop's own files and the pack, which are the same for everybody. */
const keptByTheBrowser = (page: Page) =>
  page.evaluate(async () => {
    const kept: Record<string, string> = {};
    for (const storage of [localStorage, sessionStorage])
      for (const key of Object.keys(storage)) kept[key] = storage.getItem(key) ?? '';
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name!);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of database.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        if (rows.length > 0) kept[`${name} ${store}`] = JSON.stringify(rows);
      }
      database.close();
    }
    return { kept, caches: await caches.keys() };
  });

test('what is forgotten is gone from every place where a browser keeps things', async () => {
  const server = await serving();
  const { page } = await visiting(server.url);
  await settled(page);
  const bought = (await shelf(page, 'popular')).slice(0, 3);
  await track(page, ...bought.map((item) => ({ type: 'purchase', item, basket: 'the-basket-of-the-test' })));
  expect(JSON.stringify((await keptByTheBrowser(page)).kept)).toContain('the-basket-of-the-test');
  expect(await page.evaluate(() => globalThis.recluse.forget('everything'))).toBe(3);
  const { kept, caches } = await keptByTheBrowser(page);
  expect(JSON.stringify(kept)).not.toContain('the-basket-of-the-test');
  for (const item of bought) expect(JSON.stringify(kept)).not.toContain(`"${item}"`);
  expect(Object.keys(kept).filter((key) => key.startsWith('recluse'))).toEqual([]);
  expect(caches.filter((name) => !/^(recluse-pack|recluse-runtime|larder-shell)/.test(name))).toEqual([]);
  await page.reload();
  await started(page);
  expect(await history(page)).toEqual([]);
  expect((await recommended(page)).ids).toHaveLength(10);
});
