/**
 * What the head that learns on the device adds to the shipped model, replayed on shoppers whom training never saw:
 * `node scripts/replay-learning.mjs [--households FILE] [--pack FOLDER] [--shown 20] [--json FILE]`.
 *
 * Before each basket of a household the pack's list is made from what was bought until then; of its first places, what was in the
 * basket counts as chosen, the rest as passed over. Then the list of the household's last moment is ranked with and without what was learned, and
 * both are held against what was bought in the seven days after it. More households with longer histories than the tests have:
 * `python -m recluse_export.export.households --config configs/grocery.toml --out FILE --count 2000 --events 400`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rankVisitors } from './rank.mjs';
import { main, root } from './run.mjs';

/** @typedef {import('./rank/replay.ts').Replayed} Replayed */
/** @typedef {import('./rank/replay.ts').ShippedList} ShippedList */
/** @typedef {{ type: string, item: string, time: number, value?: number }} Event */
/** @typedef {{ user: string, now: number, context: Record<string, string | number>, interactions: Event[], targets: string[] }} Household */

/** Baskets of which the first lists would know next to nothing. */
const firstBaskets = 5;
/** The newest baskets that are replayed. */
const mostBaskets = 30;
/** Items of a list that the head may reorder. */
const depth = 200;
/** Events that the pack's history can use. */
const mostEvents = 150;
const resamples = 10_000;

/** The moments at which a household is shown a list: before each basket, and at the end. @param {Household} household */
function momentsOf({ interactions, now }) {
  const baskets = [...new Set(interactions.map(({ time }) => time))].sort((one, other) => one - other);
  return [...baskets.slice(firstBaskets).slice(-mostBaskets), now];
}

/** @param {Household[]} households @param {string} source */
async function* linesFor(households, source) {
  for (const household of households) {
    const { hour, weekday, ...context } = household.context;
    for (const now of momentsOf(household)) {
      const known = household.interactions.filter(({ time }) => time < now).slice(-mostEvents);
      yield JSON.stringify({ now, context, interactions: known, limit: depth, source });
    }
  }
}

/** @param {Household[]} households @param {string} pack @param {string} source @returns {Promise<Replayed[]>} */
async function shippedLists(households, pack, source) {
  /** @type {Omit<ShippedList, 'now'>[]} */
  const answers = [];
  for await (const lines of rankVisitors({ pack, visitors: linesFor(households, source) }))
    answers.push(...lines.map((line) => JSON.parse(line)));
  let next = 0;
  return households.map((household) => {
    const moments = momentsOf(household);
    const lists = moments.map((now) => /** @type {ShippedList} */ ({ now, ...answers[next++] }));
    return {
      baskets: lists.slice(0, -1).map((list) => ({
        list,
        bought: household.interactions.filter(({ time }) => time === list.now).map(({ item }) => item),
      })),
      last: /** @type {ShippedList} */ (lists.at(-1)),
      targets: household.targets,
    };
  });
}

const gain = (/** @type {number} */ place) => 1 / Math.log2(place + 2);

/** NDCG@10 and recall@10. @param {readonly string[]} list @param {readonly string[]} targets */
function quality(list, targets) {
  const wanted = new Set(targets);
  let gained = 0;
  let best = 0;
  let hits = 0;
  for (let place = 0; place < 10; place++) {
    if (wanted.has(list[place] ?? '')) {
      gained += gain(place);
      hits++;
    }
    if (place < wanted.size) best += gain(place);
  }
  return { ndcg: gained / best, recall: hits / wanted.size };
}

const mean = (/** @type {number[]} */ values) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The middle 95 % of the means of resampled households. @param {number[]} values */
function interval(values) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const means = Array.from({ length: resamples }, () =>
    mean(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  ).sort((one, other) => one - other);
  return [0.025, 0.975].map((share) => means[Math.floor(resamples * share)] ?? 0);
}

/**
 * What the head adds to one tier's lists, by metric.
 *
 * @param {object} given
 * @param {Household[]} given.households
 * @param {string} given.pack Folder of the pack.
 * @param {'popular' | 'linear' | 'model'} given.source Who makes the lists.
 * @param {number} [given.shown] Places of a list that are seen. Default 20.
 */
export async function whatTheHeadAdds({ households: all, pack: folder, source, shown = 20 }) {
  const { runnerImport } = await import('vite');
  const { module } = /** @type {{ module: typeof import('./rank/replay.ts') }} */ (
    await runnerImport(`${root}scripts/rank/replay.ts`, { configFile: false, root, logLevel: 'error' })
  );
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  const pack = await module.packFor(
    manifest,
    async (path) => new Uint8Array(await readFile(join(folder, path))),
  );
  // Who is shown no list before the last has nothing to learn from.
  const households = all.filter((household) => momentsOf(household).length > 1);
  const visitors = await shippedLists(households, folder, source);
  const learned = module.replay(visitors, pack, { shown });
  const without = visitors.map(({ last, targets }) => quality(last.items, targets));
  const withHead = visitors.map(({ targets }, at) => quality(learned[at] ?? [], targets));
  return /** @type {const} */ (['ndcg', 'recall']).map((metric) => {
    const before = without.map((one) => one[metric]);
    const after = withHead.map((one) => one[metric]);
    const differences = after.map((value, at) => value - (before[at] ?? 0));
    return {
      source,
      metric: `${metric}@10`,
      households: households.length,
      lists: visitors.reduce((sum, { baskets }) => sum + baskets.length, 0),
      shipped: mean(before),
      withHead: mean(after),
      difference: mean(differences),
      interval: interval(differences),
    };
  });
}

await main(import.meta, async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      households: { type: 'string', default: `${root}test/golden/households.json` },
      pack: { type: 'string', default: `${root}demo/pack` },
      shown: { type: 'string', default: '20' },
      json: { type: 'string' },
    },
  });
  const { pack, shown } = values;
  /** @type {Household[]} */
  const households = JSON.parse(await readFile(values.households, 'utf8'));
  const figures = [];
  for (const source of /** @type {const} */ (['popular', 'linear', 'model']))
    figures.push(...(await whatTheHeadAdds({ households, pack, source, shown: Number(shown) })));
  for (const { source, metric, shipped, withHead, difference, interval } of figures)
    console.log(
      `${source.padEnd(8)} ${metric.padEnd(10)} ${shipped.toFixed(4)} -> ${withHead.toFixed(4)}  ${difference.toFixed(4)} [${interval.map((end) => end.toFixed(4)).join(', ')}]`,
    );
  if (values.json) await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
});
