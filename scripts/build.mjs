/**
 * `npm run build`: the SDK into dist/, the demo shop on top of that SDK into demo/dist/.
 *
 * Each is built into a folder beside its place and moved there at the end, so that a failed build, or a second one
 * at the same time, never leaves half of one.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { upToDate } from './freshness.mjs';
import { generate } from './generate.mjs';
import { main, root, runPackage } from './run.mjs';

const tools = ['scripts', 'package-lock.json', 'tsconfig.json'];
const sdk = {
  outputs: [
    'dist/index.js',
    'dist/index.d.ts',
    'dist/collect.js',
    'dist/element.js',
    'dist/inspector.js',
    'dist/measure.js',
    'dist/react.js',
    'dist/recluse.script.js',
    'dist/learn.js',
    'dist/worker.js',
  ],
  inputs: ['src', 'worker', 'docs/pack.schema.json', ...tools],
};
const demo = {
  outputs: ['demo/dist/index.html'],
  inputs: ['demo', 'dist/index.js', 'vite.config.ts', ...tools],
};

/**
 * @param {string} place Where the result belongs, relative to the top folder.
 * @param {readonly string[]} outputs Files of it by which its age is told.
 * @param {(folder: string) => Promise<void>} build
 */
async function builtBeside(place, outputs, build) {
  const fresh = join(root, dirname(place), `.${basename(place)}.${process.pid}`);
  const old = `${fresh}.old`;
  try {
    await build(fresh);
    if (existsSync(root + place)) await rename(root + place, old);
    await rename(fresh, root + place);
  } finally {
    await Promise.all([fresh, old].map((folder) => rm(folder, { recursive: true, force: true })));
  }
  // Moving it made its neighbours' folder younger than it is; see upToDate.
  const now = new Date();
  await Promise.all(outputs.map((file) => utimes(root + file, now, now)));
  console.log(`built ${place}/`);
}

/** @param {string} folder */
async function buildSdk(folder) {
  const { buildPage, buildOnTop, buildScript, buildWorker } = await import('./build-sdk.mjs');
  await buildPage(folder);
  await buildOnTop(folder);
  await buildWorker(folder);
  await buildScript(folder);
  const declarations = ['-p', 'tsconfig.json', '--noEmit', 'false', '--emitDeclarationOnly', '--declaration'];
  if (!(await runPackage('typescript/bin/tsc', [...declarations, '--rootDir', 'src', '--outDir', folder])))
    throw new Error('The declarations of src/ did not come out; the messages are above.');
  await nameJavaScript(folder);
  // Nobody calls the worker's exports; its entry is for those who want its address.
  await writeFile(`${folder}/worker.d.ts`, 'export {};\n');
}

/** tsc leaves `./x.ts` in declarations, a file that is not shipped; beside `x.d.ts` it must say `./x.js`. @param {string} folder */
async function nameJavaScript(folder) {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = `${folder}/${name}`;
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2'));
  }
}

/** @param {string} folder */
async function buildDemo(folder) {
  const { build } = await import('vite');
  await build({ configFile: `${root}vite.config.ts`, build: { outDir: folder }, logLevel: 'warn' });
}

/**
 * Builds SDK and demo.
 *
 * @param {{ onlyIfOlder?: boolean }} [options] `onlyIfOlder`: leaves alone what is newer than its sources.
 */
export async function build({ onlyIfOlder = false } = {}) {
  await generate();
  if (!(onlyIfOlder && upToDate(sdk.outputs, sdk.inputs))) await builtBeside('dist', sdk.outputs, buildSdk);
  if (!existsSync(`${root}demo/index.html`))
    throw new Error('demo/index.html is not there: no shop to build.');
  if (!(onlyIfOlder && upToDate(demo.outputs, demo.inputs)))
    await builtBeside('demo/dist', demo.outputs, buildDemo);
}

await main(import.meta, (args) => build({ onlyIfOlder: args.includes('--if-older') }));
