/** Pages with nothing but the script tag and a shelf: Recluse on their own host, and on another. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command } from '../../src/script.ts';
import { type DemoServer, serveDemo } from './support/demo-server.ts';
import { forgetProfiles, openShop, type Shop } from './support/shop.ts';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

let folder: string;
/** Has the pages, the pack, and Recluse as well. */
let site: DemoServer;
/** The same files on another origin. */
let elsewhere: DemoServer;
/** The site again, with a policy that lets the other origin's scripts in. */
let trusting: DemoServer;
let integrity: string;

const shelf = `<recluse-shelf placement="home" limit="3"><template><p class="card">{{title}}</p></template>
<p class="card own">Written by the server</p></recluse-shelf>`;
const pageOf = (tag: string, before = '') =>
  `<!doctype html><meta charset="utf-8" /><link rel="icon" href="/icon.svg" />${before}${tag}${shelf}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recluse-script-'));
  await cp(here('dist'), join(folder, 'recluse'), { recursive: true });
  await cp(here('demo/pack'), join(folder, 'pack'), { recursive: true });
  await cp(here('demo/public/icon.svg'), join(folder, 'icon.svg'));
  await mkdir(join(folder, 'pages'));
  integrity = JSON.parse(await readFile(here('dist/integrity.json'), 'utf8'))['recluse.script.js'];
  site = await serveDemo({ folder: await withIndex() });
  elsewhere = await serveDemo({
    folder,
    headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
  });
  const host = new URL(elsewhere.url).origin;
  trusting = await serveDemo({
    folder,
    headers: {
      'Content-Security-Policy': `default-src 'self'; script-src 'self' ${host} 'wasm-unsafe-eval'; connect-src 'self' ${host}; worker-src blob:`,
    },
  });
});

async function withIndex(): Promise<string> {
  await writeFile(join(folder, 'index.html'), pageOf(''));
  return folder;
}

afterAll(async () => {
  for (const server of [site, elsewhere, trusting]) await server?.stop();
  await forgetProfiles();
  await rm(folder, { recursive: true, force: true });
});

async function open(server: DemoServer, name: string, html: string): Promise<Shop> {
  await writeFile(join(folder, `${name}.html`), html);
  return openShop(server.url + name);
}

/** What the tag's recommender says of itself when all is there. */
const statusOf = ({ page }: Shop) =>
  page.evaluate(async () => {
    const recluse = await Recluse!.ready;
    await recluse.ready();
    return recluse.status();
  });

/** Buys something, comes back, and reads what the shelf shows. */
async function cardsOfOneWhoBought(shop: Shop): Promise<string[]> {
  const { page } = shop;
  expect(await page.locator('.card').allTextContents()).toEqual(['Written by the server']);
  await page.evaluate(async () => {
    const recluse = await Recluse!.ready;
    const [first] = await recluse.items();
    await recluse.track({ type: 'purchase', item: first!.id });
  });
  await page.reload();
  await page.locator('.card:not(.own)').nth(2).waitFor({ timeout: 60_000 });
  return page.locator('.card').allTextContents();
}

function quiet({ violations, messages }: Shop): void {
  expect(violations).toEqual([]);
  expect(messages.filter((message) => !message.startsWith('log:'))).toEqual([]);
}

test('a page with nothing but the tag and a shelf shows the visitor their list, under the strict policy', async () => {
  const tag = `<script src="/recluse/recluse.script.js" integrity="${integrity}" data-pack="/pack/manifest.json"></script>`;
  const shop = await open(site, 'same', pageOf(tag));
  try {
    await expect.poll(async () => (await statusOf(shop)).backend.model, { timeout: 120_000 }).toBe('wasm');
    const cards = await cardsOfOneWhoBought(shop);
    expect(new Set(cards).size).toBe(3);
    quiet(shop);
  } finally {
    await shop.close();
  }
});

test('the same with Recluse on another origin: worker, model and shelf, and the hash in the tag is checked', async () => {
  const address = `${elsewhere.url}recluse/recluse.script.js`;
  const tag = `<script src="${address}" crossorigin="anonymous" integrity="${integrity}" data-pack="/pack/manifest.json" data-collect="impressions datalayer"></script>`;
  const before = elsewhere.requests.length;
  const shop = await open(trusting, 'other', pageOf(tag));
  try {
    await expect.poll(async () => (await statusOf(shop)).backend.model, { timeout: 120_000 }).toBe('wasm');
    expect((await statusOf(shop)).source).toBe('model');
    const cards = await cardsOfOneWhoBought(shop);
    expect(new Set(cards).size).toBe(3);
    // Worker and runtime came from there, and nothing else of Recluse's did.
    const asked = elsewhere.requests.slice(before);
    expect(asked).toContain('/recluse/recluse.worker.js');
    expect(asked.some((path) => path.endsWith('.wasm'))).toBe(true);
    expect(asked.filter((path) => !/recluse\.(script|worker)\.js$|\.wasm$/.test(path))).toEqual([]);
    quiet(shop);
  } finally {
    await shop.close();
  }
});

test('a script that was changed on its way does not run, and the page shows what the server has written', async () => {
  const wrong = `sha384-${'A'.repeat(64)}`;
  const tag = `<script src="/recluse/recluse.script.js" integrity="${wrong}" data-pack="/pack/manifest.json"></script>`;
  const shop = await open(site, 'changed', pageOf(tag));
  try {
    await shop.page.waitForTimeout(500);
    expect(await shop.page.evaluate(() => typeof globalThis.Recluse)).toBe('undefined');
    expect(await shop.page.locator('.card').allTextContents()).toEqual(['Written by the server']);
  } finally {
    await shop.close();
  }
});

test('what a page calls before the script is there is done when it comes, in that order', async () => {
  await writeFile(
    join(folder, 'early.js'),
    `function recluse() { (recluse.q = recluse.q || []).push(arguments); }
recluse('track', { type: 'view', item: 'first' });
recluse('track', { type: 'cart', item: 'second' });`,
  );
  const tag =
    '<script defer src="/recluse/recluse.script.js" data-pack="/pack/manifest.json" data-up-to="linear"></script>';
  const shop = await open(site, 'stub', pageOf(tag, '<script src="/early.js"></script>'));
  try {
    const told = () =>
      shop.page.evaluate(async () => {
        const history = (await (window as unknown as { recluse: Command }).recluse('history')) as {
          type: string;
          item: string;
        }[];
        return history.map(({ type, item }) => `${type} ${item}`);
      });
    await expect.poll(told).toEqual(['cart second', 'view first']);
    const refused = await shop.page.evaluate(() =>
      (window as unknown as { recluse: Command })
        .recluse('no-such-method')
        .catch((error: { code: string }) => error.code),
    );
    expect(refused).toBe('invalid-argument');
    quiet(shop);
  } finally {
    await shop.close();
  }
});

/** Localstorage, where writing is synchronous. */
const written = ({ page }: Shop) => page.evaluate(() => JSON.stringify({ ...localStorage }));
const call = ({ page }: Shop, ...given: unknown[]) =>
  page.evaluate((given) => {
    void (window as unknown as { recluse: (...given: unknown[]) => Promise<unknown> }).recluse(...given);
  }, given);

/** A page whose worker does not come; what a page says to it waits. */
async function withoutWorker(name: string, attributes = ''): Promise<Shop> {
  const tag = `<script src="/recluse/recluse.script.js" data-pack="/pack/manifest.json" data-up-to="linear" ${attributes}></script>`;
  const shop = await open(site, 'quick', pageOf(''));
  await shop.page.context().route('**/recluse/worker.js', () => {});
  await writeFile(join(folder, `${name}.html`), pageOf(tag));
  await shop.page.goto(`${site.url}${name}`);
  return shop;
}

test('what is tracked before the worker is there survives the page, once, with the time at which it was', async () => {
  const shop = await withoutWorker('before');
  try {
    await call(shop, 'track', { type: 'purchase', item: 'early' });
    await call(shop, 'track', [{ type: 'view', item: 'also' }]);
    const until = await shop.page.evaluate(() => Date.now());
    // Nothing is written as long as the page is there.
    expect(await written(shop)).toBe('{}');
    await shop.page.goto(`${site.url}index.html`);
    expect(await written(shop)).toContain('early');
    await shop.page.context().unrouteAll();
    await shop.page.goto(`${site.url}before`);
    const history = () =>
      shop.page.evaluate(async () =>
        (await Recluse!.ready).history().then((all) => all.map(({ item, time }) => ({ item, time }))),
      );
    await expect.poll(async () => (await history()).map(({ item }) => item)).toEqual(['also', 'early']);
    for (const { time } of await history()) expect(time).toBeLessThanOrEqual(until);
    await expect.poll(() => written(shop)).not.toContain('early');
  } finally {
    await shop.close();
  }
});

test('without a yes, after a no, and of what was forgotten, a page that goes before the worker came leaves no trace', async () => {
  const shop = await withoutWorker('asked', 'data-consent="pending"');
  const leave = async () => {
    await shop.page.goto(`${site.url}index.html`);
    return written(shop);
  };
  try {
    await call(shop, 'track', { type: 'view', item: 'undecided' });
    expect(await leave()).toBe('{}');
    await shop.page.goto(`${site.url}asked`);
    await call(shop, 'consent', 'granted');
    await call(shop, 'track', { type: 'view', item: 'agreed' });
    await call(shop, 'consent', 'denied');
    await call(shop, 'track', { type: 'view', item: 'refused' });
    expect(await leave()).toBe('{}');
    await shop.page.goto(`${site.url}asked`);
    await call(shop, 'consent', 'granted');
    await call(shop, 'track', { type: 'view', item: 'regretted' });
    await call(shop, 'forget', 'everything');
    await call(shop, 'track', { type: 'view', item: 'kept' });
    const left = await leave();
    expect(left).toContain('kept');
    expect(left).not.toContain('regretted');
  } finally {
    await shop.close();
  }
});

test('a tag whose pack is not there leaves the page as it is, and says why', async () => {
  const tag = '<script src="/recluse/recluse.script.js" data-pack="/pack/none.json"></script>';
  const shop = await open(site, 'none', pageOf(tag));
  try {
    await expect.poll(() => shop.messages.some((message) => message.includes('none.json'))).toBe(true);
    expect(await shop.page.locator('.card').allTextContents()).toEqual(['Written by the server']);
    expect(shop.violations).toEqual([]);
  } finally {
    await shop.close();
  }
});
