/**
 * The same lists everywhere: 200 households that training never saw are ranked by PyTorch (from the checkpoint), by onnxruntime
 * in Python (the committed pack) and by the built SDK in a real Chromium (the same pack in WebAssembly).
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { pythonProgram } from '../../scripts/python.mjs';
import type { Manifest } from '../../worker/pack/pack.ts';
import { listsFromBrowser, type Place, type Visitor } from './browser.ts';
import { ndcgAt10 } from './ndcg.ts';

interface Household extends Visitor {
  /** What they bought afterwards. */
  targets: string[];
}

/** What `recluse_export.export.parity` writes: ids, best first, a list for each household. */
interface Lists {
  pytorch: string[][];
  onnxruntime: string[][];
}

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const pack = here('demo/pack');
const households = here('test/golden/households.json');
const length = 20;

async function listsFromPython(): Promise<Lists> {
  const folder = await mkdtemp(join(tmpdir(), 'recluse-parity-'));
  const out = join(folder, 'lists.json');
  const checkpoint = here('server-export/checkpoints/grocery');
  try {
    await promisify(execFile)(
      process.env.RECLUSE_PYTHON ?? pythonProgram('python'),
      [
        '-m',
        'recluse_export.export.parity',
        '--pack',
        pack,
        '--checkpoint',
        checkpoint,
        '--histories',
        households,
        '--out',
        out,
      ],
      { env: { ...process.env, PYTHONPATH: here('server-export/src') }, maxBuffer: 2 ** 26 },
    );
    return JSON.parse(await readFile(out, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/**
 * How close a call a difference is: the largest distance, in the browser's scores, between the items that two lists hold at the same
 * place; as a share of the distance between the browser's first and last place. Infinite where one is not in the other at all.
 */
function closestCall(browser: Place[], other: string[]): number {
  const scores = new Map(browser.map(({ id, score }) => [id, score]));
  const spread = browser[0]!.score - browser.at(-1)!.score;
  return Math.max(
    ...browser.slice(0, 10).map(({ score }, place) => {
      const there = scores.get(other[place]!);
      return there === undefined ? Number.POSITIVE_INFINITY : Math.abs(score - there) / spread;
    }),
  );
}

describe('200 households that training never saw', () => {
  let visitors: Household[];
  let python: Lists;
  let browser: Place[][];
  const ids = (list: Place[]) => list.map(({ id }) => id);

  beforeAll(async () => {
    const manifest: Manifest = JSON.parse(await readFile(join(pack, 'manifest.json'), 'utf8'));
    if (!manifest.files.encoder)
      throw new Error('demo/pack stops at the linear tier: there is no model to compare.');
    visitors = JSON.parse(await readFile(households, 'utf8'));
    // One after the other: both are busy with a core or two.
    python = await listsFromPython();
    browser = await listsFromBrowser(visitors, pack, length);
  });

  test('get the same first ten items from the browser and from onnxruntime, in the same order, in 99 of 100 lists', () => {
    const differing = browser.flatMap((list, at) => {
      const other = python.onnxruntime[at]!;
      const same = ids(list).slice(0, 10).join() === other.slice(0, 10).join();
      return same ? [] : [{ household: visitors[at]!.user, call: closestCall(list, other) }];
    });
    const same = 1 - differing.length / visitors.length;
    console.log(
      `browser and onnxruntime: the same first ten in ${percent(same)} of ${visitors.length} lists`,
    );
    for (const { household, call } of differing)
      console.log(
        `  household ${household} differs; items changed places within ${percent(call)} of the list's spread`,
      );
    expect(browser.every((list) => list.length === length)).toBe(true);
    expect(same).toBeGreaterThanOrEqual(0.99);
  });

  test('get the same ten items as from PyTorch in 99 of 100 lists', () => {
    const tens = (order: (list: string[]) => string[]) =>
      browser.filter(
        (list, at) => order(ids(list).slice(0, 10)).join() === order(python.pytorch[at]!.slice(0, 10)).join(),
      ).length / visitors.length;
    const same = tens((list) => list.toSorted());
    const inOrder = tens((list) => list);
    console.log(
      `browser and PyTorch: the same first ten in ${percent(same)} of ${visitors.length} lists, in the same order in ${percent(inOrder)}`,
    );
    expect(same).toBeGreaterThanOrEqual(0.99);
  });

  test('lose no more than half a hundredth of NDCG@10 against PyTorch', () => {
    const of = (lists: string[][]) => mean(lists.map((list, at) => ndcgAt10(list, visitors[at]!.targets)));
    const figures = {
      pytorch: of(python.pytorch),
      onnxruntime: of(python.onnxruntime),
      browser: of(browser.map(ids)),
    };
    const lost = 1 - figures.browser / figures.pytorch;
    console.log(
      `NDCG@10: PyTorch ${figures.pytorch.toFixed(4)}, onnxruntime ${figures.onnxruntime.toFixed(4)}, ` +
        `browser ${figures.browser.toFixed(4)}; lost against PyTorch ${percent(lost)}`,
    );
    expect(figures.pytorch).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(0.005);
  });
});
