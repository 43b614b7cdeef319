/** `recluse/collect` as it ships, on pages that are opened, left and opened again, under the strict policy. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoServer, serveDemo } from './support/demo-server.ts';
import { forgetProfiles, openShop, type Shop } from './support/shop.ts';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

let folder: string;
let server: DemoServer;

/** Waits for the recommender where the last page left one alone, and says what it has stored, oldest first. */
const script = `
import { createRecommender } from '/recluse/index.js';
import { collect } from '/recluse/collect.js';
const starting = createRecommender({ pack: '/pack/manifest.json', upTo: 'linear' });
if (document.documentElement.dataset.collect) collect(starting, { dataLayer: true, jsonLd: true, shopify: true });
window.recluse = await starting;
await recluse.ready();
document.documentElement.dataset.ready = 'yes';
`;

const pageOf = (body: string, collecting = true) =>
  `<!doctype html><html${collecting ? ' data-collect="yes"' : ''}><meta charset="utf-8" /><link rel="icon" href="/icon.svg" />
<body>${body}<script type="module" src="/page.js"></script></body></html>`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recluse-collect-'));
  await cp(here('dist'), join(folder, 'recluse'), { recursive: true });
  await cp(here('demo/pack'), join(folder, 'pack'), { recursive: true });
  await cp(here('demo/public/icon.svg'), join(folder, 'icon.svg'));
  await writeFile(join(folder, 'page.js'), script);
  await writeFile(join(folder, 'index.html'), pageOf('<p>Nothing here</p>', false));
  await writeFile(
    join(folder, 'product.html'),
    pageOf(`<main data-recluse-view="milk"><h1>Oat milk</h1></main>
<script type="application/ld+json">{"@type":"Product","sku":"milk"}</script>`),
  );
  await writeFile(
    join(folder, 'tag.js'),
    `
window.dataLayer = window.dataLayer || [];
function gtag() { dataLayer.push(arguments); }
gtag('js', new Date());
gtag('event', 'purchase', { transaction_id: 'T-1', items: [{ item_id: 'milk', price: 2.5, quantity: 4 }] });
`,
  );
  await writeFile(join(folder, 'thanks.html'), pageOf('<h1>Thank you</h1><script src="/tag.js"></script>'));
  server = await serveDemo({ folder });
});

afterAll(async () => {
  await server?.stop();
  await forgetProfiles();
  await rm(folder, { recursive: true, force: true });
});

async function ready(shop: Shop): Promise<void> {
  await shop.page.locator('html[data-ready]').waitFor({ state: 'attached', timeout: 120_000 });
}

const told = (shop: Shop) =>
  shop.page.evaluate(async () => {
    const { recluse } = window as unknown as { recluse: import('recluse').Recommender };
    return (await recluse.history()).reverse();
  });

function quiet({ violations, messages }: Shop): void {
  expect(violations).toEqual([]);
  expect(messages.filter((message) => !message.startsWith('log:'))).toEqual([]);
}

test('how long a product was looked at is known at the next page, and the view is one', async () => {
  const shop = await openShop(`${server.url}product`);
  try {
    await ready(shop);
    await shop.page.waitForTimeout(1500);
    await shop.page.goto(server.url);
    await ready(shop);
    const history = await told(shop);
    expect(history).toMatchObject([{ type: 'view', item: 'milk' }]);
    expect(history[0]!.dwell).toBeGreaterThanOrEqual(1000);
    quiet(shop);
  } finally {
    await shop.close();
  }
});

test('a tab that is closed at once still tells how long the product was looked at', async () => {
  const shop = await openShop(`${server.url}product`);
  try {
    await ready(shop);
    await shop.page.waitForTimeout(1500);
    const next = await shop.newTab(server.url);
    await shop.page.close({ runBeforeUnload: true });
    await next.locator('html[data-ready]').waitFor({ state: 'attached', timeout: 120_000 });
    await expect
      .poll(() => told({ ...shop, page: next }), { timeout: 60_000 })
      .toMatchObject([{ type: 'view', item: 'milk', dwell: expect.any(Number) }]);
    quiet(shop);
  } finally {
    await shop.close();
  }
});

test('a thank-you page that is reloaded is one order, and nothing is asked of the network for it', async () => {
  const shop = await openShop(`${server.url}thanks`);
  try {
    await ready(shop);
    const once = [{ type: 'purchase', item: 'milk', value: 10, quantity: 4, basket: 'T-1' }];
    await expect.poll(() => told(shop)).toMatchObject(once);
    const before = shop.requests.length;
    await shop.page.evaluate(() =>
      (window as unknown as { gtag(...given: unknown[]): void }).gtag('event', 'view_item', {
        items: [{ item_id: 'tea' }],
      }),
    );
    await expect.poll(async () => (await told(shop)).length).toBe(2);
    expect(shop.requests.slice(before)).toEqual([]);
    await shop.page.reload();
    await ready(shop);
    await shop.page.waitForTimeout(500);
    expect((await told(shop)).filter(({ type }) => type === 'purchase')).toMatchObject(once);
    quiet(shop);
  } finally {
    await shop.close();
  }
});
