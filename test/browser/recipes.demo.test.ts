/**
 * What the docs tell people to write, run as it stands: the quick start, every concept and every recipe by itself on a page with the built SDK as
 * `/recluse/`, the demo's pack as `/pack/`, and the strict policy. A recipe's blocks of html, js and ts run in order on that one page
 * and share their variables; what must be true at a point, a block says with `console.assert`.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoServer, serveDemo } from './support/demo-server.ts';
import { forgetProfiles, openShop } from './support/shop.ts';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const pagesIn = async (folder: string) =>
  (await readdir(here(`docs/${folder}`)))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${folder}/${name}`);
const recipes = ['quick-start.md', ...(await pagesIn('concepts')), ...(await pagesIn('recipes'))];

let folder: string;
let server: DemoServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recluse-recipes-'));
  await cp(here('dist'), join(folder, 'recluse'), { recursive: true });
  await cp(here('demo/pack'), join(folder, 'pack'), { recursive: true });
  await cp(here('demo/public/icon.svg'), join(folder, 'icon.svg'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="/icon.svg" />');
  server = await serveDemo({ folder });
});

afterAll(async () => {
  await server?.stop();
  await forgetProfiles();
  await rm(folder, { recursive: true, force: true });
});

/** What a bundler would find: `recluse` and its entry points, here beside the page. */
const found = (code: string) =>
  code.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(['"])recluse(?:\/([\w-]+))?\2/g,
    (_, before: string, quote: string, entry = 'index') => `${before}${quote}/recluse/${entry}.js${quote}`,
  );

/** One script of several blocks: each may import what another has imported already. */
function together(blocks: readonly string[]): string {
  const names = new Map<string, Set<string>>();
  const rest = blocks.map((block) =>
    block.replace(
      /^import\s*\{([^}]*)\}\s*from\s*['"]([^'"]+)['"];?[^\S\n]*(?:\/\/.*)?$/gm,
      (_, imported: string, from: string) => {
        const known = names.get(from) ?? new Set();
        for (const name of imported.split(',')) if (name.trim()) known.add(name.trim());
        names.set(from, known);
        return '';
      },
    ),
  );
  const imports = [...names].map(([from, known]) => `import { ${[...known].join(', ')} } from '${from}';`);
  return [...imports, ...rest].join('\n');
}

/** Moves scripts out of the page into files: the policy allows none in it. Data blocks (JSON-LD) stay. */
async function scriptsMovedOut(html: string, name: string): Promise<string> {
  const scripts: string[] = [];
  const moved = html.replace(
    /<script(\s+type="module")?>([\s\S]*?)<\/script>/g,
    (_, module = '', code: string) => {
      scripts.push(found(code));
      return `<script${module} src="/${name}/${scripts.length}.js"></script>`;
    },
  );
  await mkdir(join(folder, name), { recursive: true });
  for (const [place, code] of scripts.entries()) await writeFile(join(folder, name, `${place + 1}.js`), code);
  return moved;
}

/** Writes the page of one recipe; it sets `data-done` on its root element when its last line has run. */
async function writePage(recipe: string): Promise<string> {
  const name = recipe.replace(/\.md$/, '').replace('/', '-');
  const text = await readFile(here(`docs/${recipe}`), 'utf8');
  const blocks = [...text.matchAll(/^```(html|js|ts)\n(.*?)^```/gms)];
  const of = (...languages: string[]) =>
    blocks.filter(([, language]) => languages.includes(language!)).map(([, , code]) => code!);
  const html = await scriptsMovedOut(of('html').join('\n'), name);
  const written = `${together(of('js', 'ts'))}\ndocument.documentElement.dataset.done = 'yes';\n`;
  const { code } = await transformWithOxc(written, `${name}.ts`, { sourcemap: false });
  await writeFile(join(folder, `${name}.js`), found(code));
  const page = `<!doctype html><meta charset="utf-8" /><link rel="icon" href="/icon.svg" />
<body>${html}<script type="module" src="/${name}.js"></script></body>`;
  await writeFile(join(folder, `${name}.html`), page);
  return name;
}

test.for(recipes)('the page docs/%s does what it says, and the console stays empty', async (recipe) => {
  const name = await writePage(recipe);
  const shop = await openShop(server.url + name);
  const complaints = () =>
    shop.messages.filter((message) => /^(error|warning|assert|uncaught)/.test(message));
  const done = () => shop.page.locator('html[data-done]').count();
  try {
    const over = async () => complaints().length > 0 || (await done()) > 0;
    await expect.poll(over, { timeout: 200_000, message: 'the last line was reached' }).toBe(true);
    // What the last lines set off may complain a moment later.
    await shop.page.waitForTimeout(250);
    expect(complaints()).toEqual([]);
    expect(shop.violations).toEqual([]);
    expect(await done()).toBe(1);
  } finally {
    await shop.close();
  }
});
