/** What ranks thousands of visitors for an evaluation gives the lists that a page gets. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Ranked } from '../../scripts/rank/worker.ts';
import { rankVisitors } from '../../scripts/rank.mjs';
import { listsFromBrowser, type Visitor } from './browser.ts';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const pack = here('demo/pack');

async function* lines(visitors: Visitor[], limit: number): AsyncGenerator<string> {
  for (const { user, now, context, interactions } of visitors)
    yield JSON.stringify({ user, now, context, interactions, limit });
}

test('100 households get the same items with the same scores as from the SDK with its database', async () => {
  const households: Visitor[] = JSON.parse(await readFile(here('test/golden/households.json'), 'utf8'));
  const visitors = households.slice(0, 100);
  const expected = await listsFromBrowser(visitors, pack, 20);
  const ranked: Ranked[] = [];
  for await (const answers of rankVisitors({ pack, visitors: lines(visitors, 20) }))
    ranked.push(...answers.map((answer) => JSON.parse(answer) as Ranked));
  expect(ranked).toHaveLength(visitors.length);
  for (const [at, { source, items, scores }] of ranked.entries()) {
    expect(source).toBe('model');
    expect(items.map((id, place) => ({ id, score: scores[place]! }))).toEqual(expected[at]);
  }
});

test('a visitor who is not as the file should have them is refused by name', async () => {
  const visitors = (async function* () {
    yield JSON.stringify({ now: 0, interactions: [{ type: 'purchase', item: 7, time: 0 }] });
  })();
  await expect(async () => {
    for await (const _ of rankVisitors({ pack, visitors })) expect(_).toEqual([]);
  }).rejects.toThrow('interactions[0].item must be a text');
});
