/** What the worker keeps at hand about its visitor, so that a list need not wait for the database. */
import { openDB } from 'idb';
import { afterEach, expect, test, vi } from 'vitest';
import { openVisitor, type Visitor } from '../../worker/visitor.ts';

const visitors: Visitor[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const visitor of visitors.splice(0)) await visitor.close();
});

function visiting(name: string): Visitor {
  const visitor = openVisitor(name, { onChange() {}, onProblem() {} });
  visitors.push(visitor);
  return visitor;
}

/** Counts the transactions that read the profile from now on. */
function profileReads(): () => number {
  const spy = vi.spyOn(IDBDatabase.prototype, 'transaction');
  return () => spy.mock.calls.filter(([stores]) => [stores].flat().includes('profile')).length;
}

/** What another tab, or an earlier visit, has stored. */
async function stored(name: string, profile: Record<string, string>): Promise<void> {
  const database = await openDB(`recluse:${name}`);
  for (const [fact, value] of Object.entries(profile)) await database.put('profile', value, fact);
  database.close();
}

test('the profile is read from the database once, however many lists are made', async () => {
  const name = `visitor-${crypto.randomUUID()}`;
  const visitor = visiting(name);
  await visitor.count();
  await stored(name, { place: 'town' });
  const reads = profileReads();
  for (let list = 0; list < 5; list++) expect(await visitor.profile()).toEqual({ place: 'town' });
  expect(reads()).toBe(1);
});

test('a profile that was forgotten, here or in another tab, is forgotten at once', async () => {
  const name = `visitor-${crypto.randomUUID()}`;
  const [here, there] = [visiting(name), visiting(name)];
  await here.count();
  await stored(name, { place: 'town' });
  expect(await here.profile()).toEqual({ place: 'town' });
  expect(await there.profile()).toEqual({ place: 'town' });
  await here.forget('everything');
  expect(await here.profile()).toEqual({});
  await expect.poll(() => there.profile()).toEqual({});
});
