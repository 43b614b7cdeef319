/**
 * What the shop needs at build time besides Vite: the first shelves inside the page, the pictures in one file,
 * and a service worker that knows the names of everything that was built.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { aisles } from '../aisles.ts';
import { departmentsMarkup } from '../departments.ts';
import { drawPicturesFrom } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import { shelfMarkup } from '../shelf.ts';
import { shopWindow } from '../shop-window.ts';
import { shopperPictures, shoppersMarkup } from '../shoppers.ts';
import { readPack } from './pack.ts';
import { makeSprite } from './sprite.ts';

const inDemo = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Puts the shelves, the aisles and the sample shoppers into index.html, and the sprite beside it. */
function shopFront(packFolder: string, shoppersFile: string): Plugin {
  const pack = readPack(packFolder);
  const shoppers = existsSync(shoppersFile) ? JSON.parse(readFileSync(shoppersFile, 'utf8')) : [];
  const sprite = makeSprite([
    ...(pack?.items ?? []).map(pictureOf),
    ...aisles.map((aisle) => aisle.picture),
    ...shopperPictures,
    'package',
    'shopping-bags',
  ]);

  function pieces(): Record<string, string> {
    drawPicturesFrom(sprite.address);
    const rows = (list: readonly number[]) => list.map((row) => pack!.items[row]!);
    const shelves = pack ? shopWindow(rows(pack.overall), rows(pack.recent)) : [];
    return {
      shelves: shelves.map((shelf) => shelfMarkup(shelf).text).join('\n'),
      departments: departmentsMarkup().text,
      shoppers: shoppersMarkup(shoppers).text,
    };
  }

  return {
    name: 'larder:shop-front',
    config: () => ({ define: { __SPRITE__: JSON.stringify(sprite.address) } }),
    configureServer(server) {
      server.middlewares.use(sprite.address, (_request, response) => {
        response.setHeader('Content-Type', 'image/svg+xml');
        response.end(sprite.svg);
      });
    },
    transformIndexHtml: {
      order: 'pre',
      handler(page) {
        const made = pieces();
        return page.replace(/<!-- shop: (\w+) -->/g, (_, name: string) => made[name] ?? '');
      },
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: sprite.address.slice(1), source: sprite.svg });
    },
  };
}

/** Builds sw.ts as its own script and tells it what to keep. Pack and ONNX Runtime are the SDK's to keep. */
function serviceWorker(): Plugin {
  const list = '__KEEP__';
  const version = '__VERSION__';
  return {
    name: 'larder:service-worker',
    apply: 'build',
    enforce: 'post',
    buildStart() {
      this.emitFile({ type: 'chunk', id: inDemo('sw.ts'), fileName: 'sw.js' });
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle['sw.js'];
        if (worker?.type !== 'chunk') return this.error('sw.ts was not built.');
        const built = Object.keys(bundle).filter(
          (name) => name !== 'sw.js' && name !== 'index.html' && !/^pack\/|\.wasm$|\.map$/.test(name),
        );
        const still = readdirSync(inDemo('public'));
        const keep = ['/', ...[...built, ...still].map((name) => `/${name}`)].sort();
        const page = bundle['index.html'];
        const hash = createHash('sha256').update(JSON.stringify(keep));
        if (page?.type === 'asset') hash.update(page.source);
        worker.code = worker.code
          .replace(new RegExp(`(["'\`])${list}\\1`), JSON.stringify(keep))
          .replace(version, hash.digest('hex').slice(0, 12));
      },
    },
  };
}

export default [shopFront(inDemo('pack'), inDemo('shoppers.json')), serviceWorker()];
