/**
 * `npm run size`: what a visitor downloads, in bytes of brotli at its best, against the budgets in
 * size-budgets.json. `--json` prints the same as JSON; `--budgets` leaves out ONNX Runtime, which has no budget and
 * takes a minute or two to compress.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { main, root } from './run.mjs';

const compress = promisify(brotliCompress);

/** ONNX Runtime takes a minute to compress and never changes: what was measured once is remembered by its hash. */
const memory = `${root}node_modules/.cache/recluse/sizes.json`;
/** @type {Record<string, number>} */
const known = existsSync(memory) ? JSON.parse(readFileSync(memory, 'utf8')) : {};

/** @param {Uint8Array} bytes */
async function compressed(bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  known[hash] ??= (await compress(bytes, { params })).length;
  return known[hash];
}

/** @param {string} path */
const sizeOf = (path) => compressed(readFileSync(root + path));

/** @param {readonly string[]} paths */
const sizesOf = (paths) => Promise.all(paths.map(sizeOf));

/** @param {readonly number[]} sizes */
const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);

/** The scripts that a script of dist/ loads before it runs. @param {string} name @returns {string[]} */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const text = readFileSync(`${root}dist/${name}`, 'utf8');
  const imported = [...text.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)].map(
    (match) => match[1] ?? '',
  );
  return [name, ...imported.flatMap((next) => withImports(next, seen))];
}

/**
 * @param {{ withRuntime?: boolean }} [options]
 * @returns {Promise<{ name: string, bytes: number, budget: number | null }[]>}
 */
export async function sizes({ withRuntime = true } = {}) {
  if (!existsSync(`${root}dist/worker.js`)) throw new Error('dist/ is not there: `npm run build` makes it.');
  const budgets = JSON.parse(readFileSync(`${root}size-budgets.json`, 'utf8'));
  const dist = readdirSync(`${root}dist`);
  const runtime = dist.filter((name) => /^(worker-)?ort[.-]/.test(name)).sort();
  const ours = withImports('worker.js');
  const entries = [
    'index.js',
    'collect.js',
    'element.js',
    'react.js',
    'inspector.js',
    'measure.js',
    'learn.js',
    'worker.js',
  ].flatMap((name) => withImports(name));
  /** Parts of the worker that come after the first list, all before `ready`; one that a list asks for comes with that list. */
  const later = dist.filter(
    (name) => /^worker-.*\.js$/.test(name) && !runtime.includes(name) && !entries.includes(name),
  );
  /** Those that come only where an app asks for them when it creates the recommender. @param {string} name */
  const askedFor = (name) => /^worker-serve-(measure|learn)-/.test(name);
  const onDemand = later.filter((name) => !askedFor(name));
  const features = later.filter(askedFor);
  /** What draws the inspector's metrics, where there are any. */
  const metrics = dist.filter((name) => /^metrics-.*\.js$/.test(name));
  /** What is loaded when `collect()` is told to. */
  const sources = dist.filter(
    (name) => /^(?!worker-|recluse\.|metrics-).*\.js$/.test(name) && !entries.includes(name),
  );
  const pack = existsSync(`${root}demo/pack`) ? readdirSync(`${root}demo/pack`).sort() : [];
  // All that the demo loads of its own: not the pack, not ONNX Runtime, and not the SDK's worker, which has budgets above.
  const everything = existsSync(`${root}demo/dist`)
    ? readdirSync(`${root}demo/dist`, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /^(?!pack|assets\/worker-).*\.(html|js|css|svg|webmanifest)$/.test(name),
      )
    : [];
  /** What comes after the shelves, with sources of `recluse/collect` that this shop never asks for. */
  const afterShelves = everything.filter((name) =>
    /^assets\/(measured|panel|metrics|data-layer|json-ld|shopify)-/.test(name),
  );
  const shop = everything.filter((name) => !afterShelves.includes(name));
  const kernel = /'([A-Za-z0-9+/=]+)'/.exec(
    readFileSync(`${root}worker/model/kernel.generated.ts`, 'utf8'),
  )?.[1];

  const inDist = (/** @type {string} */ name) => `dist/${name}`;
  /** What a page loads besides the recommender and the collecting that it stands on. */
  const elementOnly = withImports('element.js').filter((name) => !/^(index|collect)\.js$/.test(name));
  const [
    pageBytes,
    collectBytes,
    elementBytes,
    measureBytes,
    learnBytes,
    sourceBytes,
    workerBytes,
    onDemandBytes,
    featureBytes,
  ] = await Promise.all([
    sizesOf(withImports('index.js').map(inDist)),
    sizesOf(withImports('collect.js').map(inDist)),
    sizesOf(elementOnly.map(inDist)),
    sizesOf(withImports('measure.js').map(inDist)),
    sizesOf(withImports('learn.js').map(inDist)),
    sizesOf(sources.map(inDist)),
    sizesOf(ours.map(inDist)),
    sizesOf(onDemand.map(inDist)),
    sizesOf(features.map(inDist)),
  ]);
  const [runtimeBytes, packBytes, shopBytes, afterBytes] = await Promise.all([
    sizesOf(withRuntime ? runtime.map(inDist) : []),
    sizesOf(pack.map((name) => `demo/pack/${name}`)),
    sizesOf(shop.map((name) => `demo/dist/${name}`)),
    sizesOf(afterShelves.map((name) => `demo/dist/${name}`)),
  ]);
  const rows = [
    { name: 'page entry', bytes: sum(pageBytes) },
    { name: 'collect entry', bytes: sum(collectBytes) },
    { name: 'element entry, besides page and collect', bytes: sum(elementBytes) },
    { name: 'react entry, besides page and React', bytes: await sizeOf('dist/react.js') },
    { name: 'inspector entry', bytes: sum(await sizesOf(withImports('inspector.js').map(inDist))) },
    { name: 'inspector, its metrics', bytes: sum(await sizesOf(metrics.map(inDist))) },
    { name: 'script tag, all of the page', bytes: await sizeOf('dist/recluse.script.js') },
    { name: 'script tag, worker for other origins', bytes: await sizeOf('dist/recluse.worker.js') },
    { name: 'measure entry', bytes: sum(measureBytes) },
    { name: 'learn entry', bytes: sum(learnBytes) },
    ...sources.map((file, index) => ({
      name: `collect on demand: ${file.replace(/-.{8}\.js$/, '')}`,
      bytes: sourceBytes[index] ?? 0,
    })),
    { name: 'worker without ORT', bytes: sum(workerBytes) },
    { name: 'worker with all that is on demand', bytes: sum(workerBytes) + sum(onDemandBytes) },
    { name: 'on demand, together', bytes: sum(onDemandBytes) },
    ...onDemand.map((file, index) => ({
      name: `on demand: ${file.replace(/^worker-|-.{8}\.js$/g, '')}`,
      bytes: onDemandBytes[index] ?? 0,
    })),
    ...features.map((file, index) => ({
      name: `where asked for: ${file.replace(/^worker-serve-|-.{8}\.js$/g, '')}`,
      bytes: featureBytes[index] ?? 0,
    })),
    { name: 'kernel', bytes: await compressed(Buffer.from(kernel ?? '', 'base64')) },
    ...runtimeBytes.map((bytes, index) => ({ name: runtime[index] ?? '', bytes })),
    ...pack.map((name, index) => ({ name: `pack/${name}`, bytes: packBytes[index] ?? 0 })),
    { name: 'pack', bytes: sum(packBytes) },
    { name: 'demo shop', bytes: sum(shopBytes) },
    { name: 'demo shop after the shelves', bytes: sum(afterBytes) },
    // The SDK's page entry is bundled into the shop's own script.
    { name: 'demo shop before the model', bytes: sum(shopBytes) + sum(workerBytes) },
  ];
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, JSON.stringify(known));
  return rows.map((row) => ({ ...row, budget: budgets[row.name] ?? null }));
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

await main(import.meta, async (args) => {
  const rows = await sizes({ withRuntime: !args.includes('--budgets') });
  if (args.includes('--json')) console.log(JSON.stringify(rows, null, 2));
  else
    for (const { name, bytes, budget } of rows)
      console.log(
        `${name.padEnd(48)}${kilobytes(bytes).padStart(12)}${budget ? ` of ${kilobytes(budget)}` : ''}`,
      );
  const over = rows.filter(({ bytes, budget }) => budget !== null && bytes > budget);
  if (over.length > 0) throw new Error(`Over budget: ${over.map(({ name }) => name).join(', ')}`);
});
