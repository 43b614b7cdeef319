/** What was shown or looked for is remembered, but says nothing of what the visitor wants. */
import { expect, test } from 'vitest';
import type { Interaction } from '../../src/index.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, open, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const impressions = (count: number): Interaction[] =>
  Array.from({ length: count }, (_, place) => ({
    type: 'impression',
    item: `item-${place % 12}`,
    list: `list-${place}`,
    position: place % 12,
    placement: 'home',
  }));

test('two thousand impressions change no list and crowd out no purchase', async () => {
  const name = freshName();
  const { recluse } = await open(server, { name });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const before = await recluse.recommend({ limit: 12 });
  await recluse.track(impressions(2000));
  const after = await recluse.recommend({ limit: 12 });
  expect(ids(after)).toEqual(ids(before));
  expect(after.interactions).toBe(1);
  await recluse.close();
  const { recluse: again } = await shop({ name });
  await again.ready();
  const next = await again.recommend({ limit: 12 });
  expect(ids(next)).toEqual(ids(before));
  expect(next.interactions).toBe(1);
  expect((await again.status()).storage.interactions).toBe(2001);
});

test('a page that shows its list again when it has changed does not do so for ever', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  let changes = 0;
  recluse.on('change', ({ reason }) => {
    if (reason === 'interactions') changes += 1;
  });
  await recluse.track(impressions(12));
  await recluse.track({ type: 'search', query: 'tea' });
  await recluse.track({ type: 'purchase', item: 'item-4' });
  await expect.poll(() => changes).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(changes).toBe(1);
});

test('a search is kept with its query and without an item', async () => {
  const { recluse } = await shop();
  await recluse.track({ type: 'search', query: 'oat milk' });
  expect(await recluse.history()).toMatchObject([{ type: 'search', query: 'oat milk', item: '' }]);
});

test('a pack that gives impressions a weight has them counted', async () => {
  const weighing = await tinyPack({
    changeManifest(manifest) {
      manifest.eventTypes.push({ ...manifest.eventTypes[0]!, name: 'impression' });
    },
  });
  server.files = weighing.files;
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'impression', item: 'item-4', list: 'l', position: 0 });
  expect((await recluse.recommend()).interactions).toBe(1);
});
