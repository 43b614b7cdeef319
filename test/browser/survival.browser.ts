/** What happens to interactions and calls when workers and pages die. */
import { expect, test } from 'vitest';
import { RecluseError } from '../../src/index.ts';
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

const items = (interactions: { item: string }[]) => interactions.map(({ item }) => item);
const outboxOf = (name: string) => localStorage.getItem(`recluse:${name}:outbox`);

/** A page that is left at once: its worker is gone before it can answer, its last events still reach it. */
async function leaveAtOnce(name: string, interactions: string[]): Promise<void> {
  const { recluse, workers } = await open(server, { name });
  await recluse.history();
  workers[0]!.terminate();
  for (const item of interactions) recluse.track({ type: 'purchase', item }).catch(() => {});
  dispatchEvent(new PageTransitionEvent('pagehide'));
}

test('a worker that was killed is started again: calls are answered, interactions are stored once', {
  timeout: 40_000,
}, async () => {
  const { recluse, workers, problems } = await shop();
  await recluse.track({ type: 'purchase', item: 'item-1' });
  workers[0]!.terminate();
  const stored = recluse.track([
    { type: 'purchase', item: 'item-2' },
    { type: 'purchase', item: 'item-3', id: 'mine' },
  ]);
  const list = recluse.recommend();
  await stored;
  expect((await list).interactions).toBe(3);
  expect(workers).toHaveLength(2);
  expect(problems.map(({ code }) => code)).toEqual(['worker-failed']);
  await recluse.track({ type: 'purchase', item: 'item-3', id: 'mine' });
  expect(items(await recluse.history())).toEqual(['item-3', 'item-2', 'item-1']);
  const told: string[] = [];
  recluse.on('change', ({ reason }) => told.push(reason));
  await recluse.track({ type: 'view', item: 'item-5' });
  await expect.poll(() => told).toContain('interactions');
});

test('a worker that keeps dying is given up, and every call says so', async () => {
  let starts = 0;
  const { recluse, problems, workers } = await shop({
    worker() {
      starts += 1;
      const url =
        starts === 1 ? new URL('./support/worker-of-tests.ts', import.meta.url) : '/no/such/worker.js';
      const worker = new Worker(url, { type: 'module' });
      workersStarted.push(worker);
      return worker;
    },
  });
  expect(workers).toEqual([]);
  await recluse.history();
  workersStarted[0]!.terminate();
  const refused = await Promise.all(
    [recluse.recommend(), recluse.history(), recluse.track({ type: 'view', item: 'item-1' })].map((call) =>
      call.then(
        () => 'answered',
        (error: RecluseError) => error.code,
      ),
    ),
  );
  expect(refused).toEqual(['worker-failed', 'worker-failed', 'worker-failed']);
  expect(starts).toBe(4);
  expect(problems.length).toBeGreaterThanOrEqual(4);
  await expect(recluse.status()).rejects.toMatchObject({ code: 'worker-failed' });
});
const workersStarted: Worker[] = [];

test('a mistake inside of a worker is reported, and the worker lives on', async () => {
  const { recluse, workers, problems } = await shop();
  await recluse.history();
  workers[0]!.postMessage('throw');
  await expect.poll(() => problems.map(({ code }) => code)).toEqual(['worker-failed']);
  expect(problems[0]).toBeInstanceOf(RecluseError);
  expect(await recluse.history()).toEqual([]);
  expect(workers).toHaveLength(1);
});

test('a purchase on a page that is left at once is stored at the next visit, once', async () => {
  const name = freshName();
  await leaveAtOnce(name, ['item-1', 'item-2']);
  expect(JSON.parse(outboxOf(name)!)).toMatchObject([{ item: 'item-1' }, { item: 'item-2' }]);
  const { recluse } = await shop({ name });
  await expect.poll(() => outboxOf(name)).toBeNull();
  expect(items(await recluse.history())).toEqual(['item-2', 'item-1']);
  await leaveAtOnce(name, []);
  const later = await shop({ name });
  expect(items(await later.recluse.history())).toEqual(['item-2', 'item-1']);
});

test('what the worker had stored after all is not stored twice', async () => {
  const name = freshName();
  const first = await shop({ name });
  const stored = first.recluse.track({ type: 'purchase', item: 'item-1' });
  dispatchEvent(new PageTransitionEvent('pagehide'));
  const left = outboxOf(name)!;
  expect(JSON.parse(left)).toMatchObject([{ item: 'item-1' }]);
  await stored;
  // The page lives on, so the outbox is emptied; a page that had died would have left it.
  await expect.poll(() => outboxOf(name)).toBeNull();
  localStorage.setItem(`recluse:${name}:outbox`, left);
  const second = await shop({ name });
  await expect.poll(() => outboxOf(name)).toBeNull();
  expect(items(await second.recluse.history())).toEqual(['item-1']);
});

test('two pages that are left leave one outbox, and neither loses anything', async () => {
  const name = freshName();
  await leaveAtOnce(name, ['item-1']);
  const second = await open(server, { name: freshName() });
  await second.recluse.close();
  const kept = JSON.parse(outboxOf(name)!);
  localStorage.setItem(
    `recluse:${name}:outbox`,
    JSON.stringify([...kept, { type: 'view', item: 'item-9', id: 'other', time: 1 }]),
  );
  dispatchEvent(new PageTransitionEvent('pagehide'));
  expect(items(JSON.parse(outboxOf(name)!))).toEqual(['item-9', 'item-1']);
  const { recluse } = await shop({ name });
  await expect.poll(() => outboxOf(name)).toBeNull();
  expect(new Set(items(await recluse.history()))).toEqual(new Set(['item-1', 'item-9']));
});

test('an interaction that can never be stored does not stay in the outbox, nor take others with it', async () => {
  const name = freshName();
  localStorage.setItem(
    `recluse:${name}:outbox`,
    JSON.stringify([
      { type: 'view', item: 42, id: 'wrong', time: 1 },
      { type: 'view', item: 'item-1', id: 'right', time: 1 },
    ]),
  );
  const { recluse, problems } = await shop({ name });
  await expect.poll(() => outboxOf(name)).toBeNull();
  expect(items(await recluse.history())).toEqual(['item-1']);
  expect(problems.map(({ code }) => code)).toEqual(['invalid-argument']);
});

test('an outbox that somebody has scribbled into is ignored', async () => {
  const name = freshName();
  localStorage.setItem(`recluse:${name}:outbox`, '{"not":"a list');
  const { recluse } = await shop({ name });
  await recluse.track({ type: 'view', item: 'item-1' });
  expect(await recluse.history()).toHaveLength(1);
});

test('forgetting everything empties the outbox too', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await leaveAtOnce(name, ['item-1']);
  expect(outboxOf(name)).not.toBeNull();
  await recluse.forget('everything');
  expect(outboxOf(name)).toBeNull();
  expect(await recluse.history()).toEqual([]);
});
