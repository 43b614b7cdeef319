/**
 * Ranks many visitors with a pack by the worker's own code in a headless Chromium:
 * `node scripts/rank.mjs --pack FOLDER --visitors FILE [--out FILE] [--up-to popular|linear|model]`.
 *
 * The file has one visitor a line, as JSON: `{ interactions: [{ type, item, time, value? }], now, context?, mode?, limit?, exclude?,
 * source?, diversity?, diversify?, calibration? }`, times in milliseconds; see `Visitor` in `rank/worker.ts`. One line a visitor comes out, in the same order: `{ source,
 * items, scores }`, best first; or, where the line has `predict: [item, ...]`, `{ predictions }`, what `predict()` says of these items. What went wrong and how far it
 * is goes to the standard error.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { chromiumArgs, installedChromium } from './chromium.mjs';
import { generate } from './generate.mjs';
import { main, root } from './run.mjs';
import { serve } from './serve.mjs';

/** @typedef {import('./rank/page.ts').Ranking} Ranking */
/** @typedef {import('./rank/worker.ts').Opened} Opened */
/** @typedef {'popular' | 'linear' | 'model'} Source */

/** Characters of JSON that go to the browser at once: enough that nobody waits for the way there and back. */
const batchCharacters = 300_000;
const batchVisitors = 64;
/** While the worker ranks one batch, the next one lies ready. */
const underWay = 2;
/** Milliseconds between two lines of progress. */
const betweenLines = 1000;

/** Page, worker and pack in one folder. @param {string} pack */
async function site(pack) {
  const { build } = await import('vite');
  await generate();
  const folder = await mkdtemp(join(tmpdir(), 'recluse-rank-'));
  await build({
    configFile: false,
    root: `${root}scripts/rank`,
    base: '/',
    logLevel: 'error',
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
  await cp(pack, `${folder}/pack`, { recursive: true });
  return folder;
}

/**
 * Batches of lines, in order, none of them empty.
 *
 * @param {AsyncIterable<string>} lines
 */
async function* batches(lines) {
  /** @type {string[]} */
  let batch = [];
  let characters = 0;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    if (batch.length > 0 && (batch.length >= batchVisitors || characters + line.length > batchCharacters)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(line);
    characters += line.length;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Results in the order of the inputs, a few of them in work at once.
 *
 * @template In, Out
 * @param {AsyncIterable<In>} inputs @param {(input: In) => Promise<Out>} work @param {number} atOnce
 */
async function* ahead(inputs, work, atOnce) {
  /** @type {Promise<Out>[]} */
  const queue = [];
  for await (const input of inputs) {
    const result = work(input);
    // Whoever takes it from the queue gets the error; until then nobody listens.
    result.catch(() => {});
    queue.push(result);
    if (queue.length >= atOnce) yield/** @type {Promise<Out>} */ (queue.shift());
  }
  yield* queue;
}

/**
 * Ranks visitors, in order.
 *
 * @param {object} options
 * @param {string} options.pack Folder of the pack.
 * @param {AsyncIterable<string>} options.visitors Lines of JSON; see `Visitor`.
 * @param {Source} [options.upTo] The best tier to start. Default: `model`.
 * @param {(opened: Opened) => void} [options.onOpen] Called when the pack serves.
 * @returns {AsyncGenerator<string[], void>} Batches of lines of JSON; see `Ranked` and `Predicted`.
 */
export async function* rankVisitors({ pack, visitors, upTo = 'model', onOpen = () => {} }) {
  if (!existsSync(join(pack, 'manifest.json'))) throw new Error(`${pack}: there is no manifest.json in it.`);
  const { chromium } = await import('playwright');
  const executablePath = await installedChromium();
  if (!executablePath)
    throw new Error(
      'No Chromium here: `node scripts/chromium.mjs` installs one, or set RECLUSE_CHROMIUM to the path of one.',
    );
  const folder = await site(pack);
  const served = await serve({ folder });
  const browser = await chromium.launch({
    executablePath,
    // Of all hosts only this one exists.
    args: [...chromiumArgs, '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost'],
  });
  try {
    const page = await browser.newPage();
    const crashed = new Promise((_, reject) =>
      page.once('crash', () => reject(new Error('The browser ran out of memory, or crashed.'))),
    );
    crashed.catch(() => {});
    await page.goto(served.url);
    await page.waitForFunction(() => 'ranking' in window);
    /** @param {Source} best */
    const open = (best) =>
      /** @type {{ ranking: Ranking }} */ (/** @type {unknown} */ (window)).ranking.open(best);
    /** @param {string[]} lines */
    const rank = (lines) =>
      /** @type {{ ranking: Ranking }} */ (/** @type {unknown} */ (window)).ranking.rank(lines);
    onOpen(await page.evaluate(open, upTo));
    yield* ahead(
      batches(visitors),
      (lines) => /** @type {Promise<string[]>} */ (Promise.race([page.evaluate(rank, lines), crashed])),
      underWay,
    );
  } finally {
    await browser.close();
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opened when the first line is asked for: Node's reader loses what it reads before. @param {string} file */
async function* linesOf(file) {
  yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}

/** @param {string} file */
async function countLines(file) {
  let count = 0;
  for await (const line of linesOf(file)) if (line.trim() !== '') count++;
  return count;
}

/** Says how far it is: over and over in one line on a terminal, else in a line a second. @param {number} total */
function teller(total) {
  const started = performance.now();
  const { isTTY } = process.stderr;
  let told = started;
  return (/** @type {number} */ done) => {
    const now = performance.now();
    if (done < total && now - told < (isTTY ? betweenLines / 10 : betweenLines)) return;
    told = now;
    const pace = (1000 * done) / (now - started);
    const text = `ranked ${done} of ${total} visitors, ${pace.toFixed(1)} a second`;
    process.stderr.write(isTTY ? `\r${text}${done === total ? '\n' : ''}` : `${text}\n`);
  };
}

/** @param {import('node:stream').Writable} out @param {string} text */
async function write(out, text) {
  if (!out.write(text)) await new Promise((resolve) => out.once('drain', resolve));
}

await main(import.meta, async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      pack: { type: 'string' },
      visitors: { type: 'string' },
      out: { type: 'string' },
      'up-to': { type: 'string', default: 'model' },
    },
  });
  const { pack, visitors, out, 'up-to': upTo } = values;
  if (!pack || !visitors)
    throw new Error('node scripts/rank.mjs --pack FOLDER --visitors FILE [--out FILE] [--up-to TIER]');
  if (!existsSync(visitors)) throw new Error(`${visitors}: there is no such file.`);
  if (upTo !== 'popular' && upTo !== 'linear' && upTo !== 'model')
    throw new Error(`--up-to ${upTo}: the tiers are popular, linear and model.`);
  const total = await countLines(visitors);
  /** @type {ReturnType<typeof teller> | undefined} */
  let tell;
  // Half a file must not look like a whole one.
  const unfinished = out && `${out}.part`;
  const to = unfinished ? createWriteStream(unfinished) : process.stdout;
  /** @param {Opened} opened */
  const onOpen = ({ name, version, items, source, scoring }) => {
    console.error(`pack ${name} ${version}, ${items} items; best tier ${source}, item table by ${scoring}`);
    tell = teller(total);
  };
  let done = 0;
  for await (const lines of rankVisitors({ pack, visitors: linesOf(visitors), upTo, onOpen })) {
    await write(to, `${lines.join('\n')}\n`);
    done += lines.length;
    tell?.(done);
  }
  if (!unfinished) return;
  to.end();
  await finished(to);
  await rename(unfinished, out);
});
