/** What learning on the device is worth to shoppers whom training never saw; figures of all of them are in `docs/model.md`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { whatTheHeadAdds } from '../../scripts/replay-learning.mjs';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const pack = here('demo/pack');
const households = JSON.parse(await readFile(here('test/golden/households.json'), 'utf8'));

test('lists that know nobody become better by what was chosen from them and passed over', async () => {
  const [ndcg, recall] = await whatTheHeadAdds({ households, pack, source: 'popular' });
  expect(ndcg!.households).toBeGreaterThan(150);
  expect(ndcg!.interval[0]).toBeGreaterThan(0);
  expect(recall!.difference).toBeGreaterThan(0);
}, 300_000);

test('lists that know the visitor lose next to nothing by it', async () => {
  for (const source of ['linear', 'model'] as const) {
    const [ndcg, recall] = await whatTheHeadAdds({ households, pack, source });
    expect(ndcg!.interval[0]).toBeGreaterThan(-0.015);
    expect(recall!.interval[0]).toBeGreaterThan(-0.01);
  }
}, 300_000);
