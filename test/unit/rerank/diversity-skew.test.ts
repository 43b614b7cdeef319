/** A change of diversity on this side alone does not go unnoticed (`test_diversity_skew.py` proves it of the other side). */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import golden from '../../golden/diversity.json' with { type: 'json' };
import { type Diversity, diverseLists } from '../support/diverse-lists.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Whether some list of this copy of the sources is not the trainer's. */
async function differs(folder: string): Promise<boolean> {
  const diversity: Diversity = {
    ...(await import(join(folder, 'worker/rerank/diversify.ts'))),
    ...(await import(join(folder, 'worker/model/features/preferred-categories.ts'))),
  };
  return golden.cases.some(({ input, expected }) => {
    const { withItemRows, withoutItemRows } = diverseLists(input, diversity);
    return (
      withItemRows.join() !== expected.withItemRows.join() ||
      withoutItemRows.join() !== expected.withoutItemRows.join()
    );
  });
}

describe('a change on this side alone is noticed in', { timeout: 60_000 }, () => {
  const copies: string[] = [];
  afterAll(() => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  function copied(): string {
    const copy = mkdtempSync(join(tmpdir(), 'recluse-changed-'));
    copies.push(copy);
    for (const part of ['worker/model', 'worker/rerank', 'src/contract.ts', 'tsconfig.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    return copy;
  }

  test('nothing, where nothing was changed', async () => {
    expect(await differs(copied())).toBe(false);
  });

  test.each([
    ['the depth that is looked at', 'rerank/diversify.ts', 'Math.max(50, 5', 'Math.max(10, 2'],
    ['the weight of variety', 'rerank/diversify.ts', '(1 - diversity) *', '(1 - 0.9 * diversity) *'],
    ['the weight of calibration', 'rerank/diversify.ts', '(1 - weight) *', '(1 - 0.5 * weight) *'],
    [
      'the scale of relevance',
      'rerank/diversify.ts',
      '(score - worst) / span',
      '(score - worst) / (2 * span)',
    ],
    [
      'maximal marginal relevance',
      'rerank/variety.ts',
      'Math.min(added[at]!,',
      'Math.max(-1, added[at]! / 2 +',
    ],
    [
      'the determinant',
      'rerank/variety.ts',
      'residual[at]! -= column[at]! ** 2',
      'residual[at]! -= column[at]! ** 4',
    ],
    ['the floor of the determinant', 'rerank/variety.ts', 'leastResidual = 1e-6', 'leastResidual = 1e-1'],
    ['the smoothing of a mix', 'rerank/calibrate.ts', 'smoothing = 0.01', 'smoothing = 0.3'],
    [
      'the visitor’s mix',
      'model/features/preferred-categories.ts',
      'shares[category]! /= total',
      'shares[category]! /= 2 * total',
    ],
    ['likeness', 'rerank/similarity.ts', 'dot / product', 'dot / length[one]!'],
  ])('%s', async (_, file, from, to) => {
    const copy = copied();
    const path = join(copy, 'worker', file);
    const source = readFileSync(path, 'utf8');
    expect(source).toContain(from);
    writeFileSync(path, source.replace(from, to));
    expect(await differs(copy)).toBe(true);
  });
});
