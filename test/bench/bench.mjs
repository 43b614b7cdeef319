/**
 * How fast the built SDK is in a real Chromium on this machine: `npm run bench [-- --json FILE] [--pack FOLDER]`.
 *
 * All times are milliseconds. The floor (an echo, the encoder alone, one pass over the item table) is measured in the same run, so that
 * figures of different machines can be compared by their distance to it.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { build } from 'vite';
import { chromiumArgs, findChromium } from '../../scripts/chromium.mjs';
import { main, root } from '../../scripts/run.mjs';
import { serve } from '../../scripts/serve.mjs';
import { writeDoubledPack } from './doubled-pack.mjs';

/** @typedef {import('./page/page.ts').Bench} Bench */
/** @typedef {{ name: string, candidates?: number, p50: number, p99?: number, runs: number, unit: 'ms' | 'MB' | 'times', note?: string }} Row */

const events = 100;
/** Events of the visitor whose lists are asked for with everything on. */
const manyEvents = 200;
/** How many times a plain list's time a list with everything on may take. */
const mostTimes = 2;
const starts = 5;

/** Everything that the measured page needs, in one folder: page, SDK, the pack, and the pack doubled. @param {string} pack */
async function site(pack) {
  const folder = await mkdtemp(join(tmpdir(), 'recluse-bench-'));
  await build({
    configFile: false,
    root: `${root}test/bench/page`,
    base: '/',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: {
      target: 'es2022',
      outDir: folder,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      chunkSizeWarningLimit: 1000,
    },
  });
  await cp(`${root}dist`, `${folder}/sdk`, { recursive: true });
  await cp(pack, `${folder}/pack`, { recursive: true });
  await writeDoubledPack(pack, `${folder}/doubled`);
  return folder;
}

/** @param {number[]} numbers */
const median = (numbers) => /** @type {number} */ (numbers.toSorted((a, b) => a - b)[numbers.length >> 1]);

/**
 * @param {import('playwright').Browser} browser @param {string} url
 * @returns {Promise<Row[]>}
 */
async function measureStart(browser, url) {
  /** @type {Record<'cold' | 'warm', Awaited<ReturnType<Bench['firstList']>>[]>} */
  const seen = { cold: [], warm: [] };
  for (let start = 0; start < starts; start++) {
    const context = await browser.newContext();
    for (const kind of /** @type {const} */ (['cold', 'warm'])) {
      const page = await opened(context, url);
      seen[kind].push(await page.evaluate(() => /** @type {any} */ (window).bench.firstList('pack')));
      await page.close();
    }
    await context.close();
  }
  return /** @type {const} */ (['cold', 'warm']).flatMap((kind) => {
    const sources = [...new Set(seen[kind].map(({ source }) => source))].join(' or ');
    const common = { runs: starts, unit: /** @type {const} */ ('ms') };
    return [
      {
        name: `first list, ${kind}`,
        p50: median(seen[kind].map((one) => one.firstList)),
        note: `from navigation; by ${sources}`,
        ...common,
      },
      {
        name: `first list of the model, ${kind}`,
        p50: median(seen[kind].map((one) => one.modelList)),
        note: 'from navigation',
        ...common,
      },
    ];
  });
}

/** @param {import('playwright').BrowserContext} context @param {string} url */
async function opened(context, url) {
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in window);
  return page;
}

/** @param {Record<string, import('./page/times.ts').Times>} results @param {string} before @param {number} candidates @returns {Row[]} */
const rowsOf = (results, before, candidates) =>
  Object.entries(results).map(([name, times]) => ({ name: before + name, candidates, ...times, unit: 'ms' }));

/** @param {string} url @param {string} executablePath @returns {Promise<{ rows: Row[], version: string }>} */
async function measure(url, executablePath) {
  const browser = await chromium.launch({
    executablePath,
    // Otherwise the browser waits for a garbage collection of its own choosing before it tells of memory.
    args: [...chromiumArgs, '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  try {
    const rows = await measureStart(browser, url);
    for (const pack of ['pack', 'doubled']) {
      const context = await browser.newContext();
      const page = await opened(context, url);
      const { items, name } = await (await fetch(`${url}${pack}/manifest.json`)).json();
      console.error(`measuring ${name} with ${items.count} items ...`);
      const given = /** @type {[string, number]} */ ([pack, events]);
      const isolated = await page.evaluate(() => crossOriginIsolated);
      if (!isolated) throw new Error('The page is not isolated: its clock would be too coarse.');
      const latency = await page.evaluate(
        ([of, count]) => /** @type {any} */ (window).bench.recommend(of, count),
        given,
      );
      const floor = await page.evaluate(
        ([of, count]) => /** @type {any} */ (window).bench.floor(of, count),
        given,
      );
      rows.push(...rowsOf(latency, 'recommend(), ', items.count), ...rowsOf(floor, 'floor: ', items.count));
      const many = /** @type {[string, number]} */ ([pack, manyEvents]);
      const both = await page.evaluate(
        ([of, count]) => /** @type {any} */ (window).bench.everything(of, count),
        many,
      );
      const stages = await page.evaluate(
        ([of, count]) => /** @type {any} */ (window).bench.stages(of, count),
        many,
      );
      rows.push(
        ...rowsOf(both, `recommend(), ${manyEvents} events, model: `, items.count),
        {
          name: 'everything (rules, diversity, calibration, explanation) against plain',
          candidates: items.count,
          p50: both.everything.p50 / both.plain.p50,
          runs: both.plain.runs,
          unit: 'times',
          note: `at most ${mostTimes}`,
        },
        ...rowsOf(stages, `${manyEvents} events: `, items.count),
      );
      await page.close();
      const fresh = await opened(context, url);
      await fresh.evaluate(([of, count]) => /** @type {any} */ (window).bench.stay(of, count), given);
      const memory = await fresh.evaluate(() => /** @type {any} */ (window).bench.memory());
      if (memory)
        rows.push({
          name: 'memory of the worker',
          candidates: items.count,
          p50: memory.worker / 1e6,
          runs: 1,
          unit: 'MB',
          note: 'all tiers loaded, 20 lists made',
        });
      await context.close();
    }
    return { rows, version: browser.version() };
  } finally {
    await browser.close();
  }
}

/** @param {number | undefined} value */
const shown = (value) => (value === undefined ? '' : value.toFixed(value < 1 ? 3 : value < 100 ? 2 : 0));

/** @param {Row[]} rows */
function table(rows) {
  const lines = [
    ['', 'candidates', 'p50', 'p99', 'runs', 'unit', ''],
    ...rows.map(({ name, candidates = '', p50, p99, runs, unit, note = '' }) => [
      name,
      String(candidates),
      shown(p50),
      shown(p99),
      String(runs),
      unit,
      note,
    ]),
  ];
  const numbers = [1, 2, 3, 4];
  const width = (/** @type {number} */ column) => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  const widths = (lines[0] ?? []).map((_, column) => width(column));
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const room = widths[column] ?? 0;
          return numbers.includes(column) ? cell.padStart(room) : cell.padEnd(room);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

await main(import.meta, async (args) => {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'string' }, pack: { type: 'string', default: `${root}demo/pack` } },
  });
  const manifest = JSON.parse(await readFile(join(values.pack, 'manifest.json'), 'utf8'));
  if (!manifest.files.encoder)
    throw new Error(`${values.pack} stops at the linear tier: there is no model to measure.`);
  const executablePath = process.env.RECLUSE_CHROMIUM ?? (await findChromium());
  const folder = await site(values.pack);
  const served = await serve({ folder, headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' } });
  // Whoever else is at work on this machine shows in every figure, most of all in p99.
  const [load = 0] = loadavg();
  try {
    const { rows, version } = await measure(served.url, executablePath);
    const processor = cpus();
    const on = {
      processor: processor[0]?.model ?? 'unknown',
      cores: processor.length,
      loadBefore: load,
      chromium: version,
      node: process.version,
    };
    console.log(
      `${on.processor}, ${on.cores} cores, load ${load.toFixed(1)} before, Chromium ${version}; pack ${manifest.name} ${manifest.version}, ${events} events;`,
    );
    console.log(
      `the rows with ${2 * manifest.items.count} candidates are of a synthetic pack: every item twice\n`,
    );
    console.log(table(rows));
    if (values.json)
      await writeFile(
        values.json,
        `${JSON.stringify({ on, pack: { name: manifest.name, version: manifest.version, items: manifest.items.count }, events, rows }, null, 2)}\n`,
      );
  } finally {
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
