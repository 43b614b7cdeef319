/** What the README tells people to write, run as it stands on a page with nothing else on it. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoServer, serveDemo } from './support/demo-server.ts';
import { openShop } from './support/shop.ts';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Said after the README's own lines: the page tells what they got. */
const telling = '\ndocument.documentElement.dataset.items = items.map(({ id }) => id).join();\n';

let folder: string;
let server: DemoServer;

async function codeBlocks(language: string): Promise<string[]> {
  const readme = await readFile(here('README.md'), 'utf8');
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, code]) => code!,
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recluse-readme-'));
  await cp(here('dist'), join(folder, 'recluse'), { recursive: true });
  await cp(here('demo/pack'), join(folder, 'pack'), { recursive: true });
  // A browser asks for an icon unasked; without one it prints an error that is none of ours.
  await cp(here('demo/public/icon.svg'), join(folder, 'icon.svg'));
  const page =
    '<!doctype html><link rel="icon" href="/icon.svg" /><script type="module" src="/page.js"></script>';
  await writeFile(join(folder, 'index.html'), page);
  server = await serveDemo({ folder });
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function itemsOf(code: string): Promise<string[]> {
  await writeFile(join(folder, 'page.js'), code + telling);
  const shop = await openShop(server.url);
  try {
    const items = shop.page.locator('html[data-items]');
    await items.waitFor({ state: 'attached', timeout: 120_000 });
    expect(shop.violations).toEqual([]);
    expect(shop.messages.filter((message) => !message.startsWith('log:'))).toEqual([]);
    return ((await items.getAttribute('data-items')) ?? '').split(',');
  } finally {
    await shop.close();
  }
}

test('the lines for a page without a bundler give ten items under the strict policy', async () => {
  const [code] = await codeBlocks('js');
  expect(new Set(await itemsOf(code!)).size).toBe(10);
});

test('the lines for a bundler give ten items, too, once the bundler has found the package', async () => {
  const [code] = await codeBlocks('ts');
  expect(code).toContain("from 'recluse'");
  expect(new Set(await itemsOf(code!.replace("from 'recluse'", "from '/recluse/index.js'"))).size).toBe(10);
});
