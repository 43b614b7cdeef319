/**
 * `npm run size`: what a visitor downloads, in bytes of brotli at its best, against the budgets in
 * size-budgets.json. `--json` prints the same as JSON.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants, brotliCompressSync } from 'node:zlib';
import { main, root } from './run.mjs';

/** @param {Uint8Array} bytes */
function compressed(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

/** @param {string} path */
const sizeOf = (path) => compressed(readFileSync(root + path));

/** @param {readonly number[]} sizes */
const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);

/** The scripts that a script of dist/ loads before it runs. @param {string} name @returns {string[]} */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const text = readFileSync(`${root}dist/${name}`, 'utf8');
  const imported = [...text.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)].map((match) => match[1] ?? '');
  return [name, ...imported.flatMap((next) => withImports(next, seen))];
}

/** @returns {{ name: string, bytes: number, budget: number | null }[]} */
export function sizes() {
  if (!existsSync(`${root}dist/worker.js`)) throw new Error('dist/ is not there: `npm run build` makes it.');
  const budgets = JSON.parse(readFileSync(`${root}size-budgets.json`, 'utf8'));
  const dist = readdirSync(`${root}dist`);
  const runtime = dist.filter((name) => /^(worker-)?ort[.-]/.test(name)).sort();
  const ours = dist.filter((name) => name.startsWith('worker') && name.endsWith('.js') && !runtime.includes(name));
  const pack = existsSync(`${root}demo/pack`) ? readdirSync(`${root}demo/pack`).sort() : [];
  const packed = pack.map((name) => ({ name: `pack/${name}`, bytes: sizeOf(`demo/pack/${name}`) }));
  const kernel = /'([A-Za-z0-9+/=]+)'/.exec(readFileSync(`${root}worker/model/kernel.generated.ts`, 'utf8'))?.[1];
  const rows = [
    { name: 'page entry', bytes: sum(withImports('index.js').map((name) => sizeOf(`dist/${name}`))) },
    { name: 'worker without ORT', bytes: sum(ours.map((name) => sizeOf(`dist/${name}`))) },
    { name: 'kernel', bytes: compressed(Buffer.from(kernel ?? '', 'base64')) },
    ...runtime.map((name) => ({ name, bytes: sizeOf(`dist/${name}`) })),
    ...packed,
    { name: 'pack', bytes: sum(packed.map(({ bytes }) => bytes)) },
  ];
  return rows.map((row) => ({ ...row, budget: budgets[row.name] ?? null }));
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

await main(import.meta, (args) => {
  const rows = sizes();
  if (args.includes('--json')) console.log(JSON.stringify(rows, null, 2));
  else
    for (const { name, bytes, budget } of rows)
      console.log(
        `${name.padEnd(48)}${kilobytes(bytes).padStart(12)}${budget ? ` of ${kilobytes(budget)}` : ''}`,
      );
  const over = rows.filter(({ bytes, budget }) => budget !== null && bytes > budget);
  if (over.length > 0) throw new Error(`Over budget: ${over.map(({ name }) => name).join(', ')}`);
});
