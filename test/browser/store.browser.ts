import { openDB } from 'idb';
import { afterEach, describe, expect, test } from 'vitest';
import { RecluseError } from '../../src/contract.ts';
import { lastingStore } from '../../worker/store/fallback.ts';
import { indexedDbStore } from '../../worker/store/indexeddb.ts';
import { memoryStore } from '../../worker/store/memory.ts';
import { complete, type Store } from '../../worker/store/store.ts';

const now = Date.UTC(2026, 0, 15);
const opened: Store[] = [];
const name = () => `test:${crypto.randomUUID()}`;
const keep = <S extends Store>(store: S): S => {
  opened.push(store);
  return store;
};

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

const bought = (item: string, more: object = {}) =>
  complete({ type: 'purchase', item, time: now, ...more }, now);
const items = (interactions: { item: string }[]) => interactions.map(({ item }) => item);

describe.each([
  ['IndexedDB', () => keep(indexedDbStore(name()))],
  ['memory', () => keep(memoryStore())],
])('a store in %s', (_, make) => {
  test('gives back what it was given, in the order in which it was given', async () => {
    const store = make();
    await store.add([
      bought('b', { value: 4.99, basket: 'monday', list: 'list-1', position: 3 }),
      bought('a'),
    ]);
    await store.add([bought('c', { time: now - 1e9 })]);
    const stored = await store.after(0);
    expect(items(stored)).toEqual(['b', 'a', 'c']);
    expect(stored[0]).toMatchObject({
      type: 'purchase',
      value: 4.99,
      basket: 'monday',
      list: 'list-1',
      position: 3,
    });
    expect(stored.map(({ seq }) => seq)).toEqual([...stored.map(({ seq }) => seq)].sort((a, b) => a - b));
  });

  test('stores an interaction once, however often it is sent', async () => {
    const store = make();
    const interaction = bought('a', { id: 'once' });
    expect(await store.add([interaction, interaction])).toHaveLength(1);
    expect(await store.add([interaction, bought('b')])).toMatchObject([{ item: 'b' }]);
    expect(await store.count()).toBe(2);
  });

  test('reads the newest without what came before, even where some were forgotten', async () => {
    const store = make();
    await store.add(Array.from({ length: 100 }, (_, place) => bought(`item-${place}`)));
    for (let place = 50; place < 99; place += 1) await store.forget({ item: `item-${place}` });
    const newest = await store.newest(3);
    expect(items(newest)).toEqual(['item-48', 'item-49', 'item-99']);
    expect(items(await store.newest(2, newest[0]!.seq))).toEqual(['item-46', 'item-47']);
    expect(await store.newest(1000)).toHaveLength(51);
    expect(await store.newest(0)).toEqual([]);
  });

  test('reads on where it stopped', async () => {
    const store = make();
    const [first] = await store.add([bought('a')]);
    await store.add([bought('b'), bought('c')]);
    expect(items(await store.after(first!.seq))).toEqual(['b', 'c']);
  });

  test('finds interactions of one type', async () => {
    const store = make();
    await store.add([bought('a'), { ...bought('b'), type: 'dislike' }, bought('c')]);
    expect(items(await store.ofType('dislike'))).toEqual(['b']);
  });

  test('forgets an item, a time, one interaction, and no more', async () => {
    const store = make();
    await store.add([
      bought('a', { time: now - 3000 }),
      bought('b', { time: now - 2000, id: 'second' }),
      bought('a', { time: now - 1000 }),
      bought('c'),
    ]);
    expect(await store.forget({ item: 'a' })).toBe(2);
    expect(items(await store.after(0))).toEqual(['b', 'c']);
    expect(await store.forget({ since: now })).toBe(1);
    expect(items(await store.after(0))).toEqual(['b']);
    expect(await store.forget({ interaction: 'unheard of' })).toBe(0);
    expect(await store.forget({ interaction: 'second' })).toBe(1);
    expect(await store.count()).toBe(0);
  });

  test('forgets everything, and starts anew', async () => {
    const store = make();
    await store.add([bought('a'), bought('b')]);
    expect(await store.forget('everything')).toBe(2);
    expect(await store.after(0)).toEqual([]);
    await store.add([bought('c', { id: 'after' })]);
    expect(items(await store.newest(5))).toEqual(['c']);
  });

  test('an interaction forgotten may be stored again', async () => {
    const store = make();
    await store.add([bought('a', { id: 'again' })]);
    await store.forget({ item: 'a' });
    expect(await store.add([bought('a', { id: 'again' })])).toHaveLength(1);
  });
});

test('a time in the future is taken as now, a missing one too', () => {
  expect(complete({ type: 'view', item: 'a', time: now + 1e9 }, now).time).toBe(now);
  expect(complete({ type: 'view', item: 'a' }, now).time).toBe(now);
  expect(complete({ type: 'view', item: 'a', time: now - 5 }, now).time).toBe(now - 5);
});

test('interactions survive the closing of the database', async () => {
  const database = name();
  const first = keep(indexedDbStore(database));
  await first.add([bought('a')]);
  await first.close();
  expect(items(await keep(indexedDbStore(database)).after(0))).toEqual(['a']);
});

test('two tabs write into one history', async () => {
  const database = name();
  const [one, other] = [keep(indexedDbStore(database)), keep(indexedDbStore(database))];
  await Promise.all([one.add([bought('a')]), other.add([bought('b')]), one.add([bought('c')])]);
  expect(new Set(items(await other.after(0)))).toEqual(new Set(['a', 'b', 'c']));
});

test('a tab makes way for another that deletes the database, and opens it again when it needs it', async () => {
  const database = name();
  const store = keep(indexedDbStore(database));
  await store.add([bought('a')]);
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase(database);
    request.onsuccess = () => resolve();
    request.onblocked = () => reject(new Error('the tab did not make way'));
  });
  expect(await store.count()).toBe(0);
  await store.add([bought('b')]);
  expect(items(await store.after(0))).toEqual(['b']);
});

test('a database of a newer version makes this session run in memory, and say so', async () => {
  const database = name();
  (await openDB(database, 99)).close();
  const problems: RecluseError[] = [];
  const store = keep(lastingStore(database, (problem) => problems.push(problem)));
  await store.add([bought('a')]);
  await store.add([bought('b')]);
  expect(items(await store.after(0))).toEqual(['a', 'b']);
  expect(store.keeping()).toMatchObject({ kind: 'memory', why: expect.stringContaining('VersionError') });
  expect(problems.map(({ code }) => code)).toEqual(['storage-unavailable']);
});

test('a database that another tab holds fast makes this session run in memory', {
  timeout: 10_000,
}, async () => {
  const database = name();
  const holding = await openDB(database, 1);
  // A deletion that waits for a tab that does not let go, and everybody else waits behind it.
  const deleting = indexedDB.deleteDatabase(database);
  const store = keep(lastingStore(database, () => {}));
  await store.add([bought('a')]);
  expect(store.keeping()).toMatchObject({ kind: 'memory', why: expect.stringContaining('TimeoutError') });
  expect(items(await store.after(0))).toEqual(['a']);
  const deleted = new Promise((resolve) => deleting.addEventListener('success', resolve));
  holding.close();
  await deleted;
});

test('a browser that refuses IndexedDB makes this session run in memory', async () => {
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = () => {
    throw new DOMException('refused', 'SecurityError');
  };
  try {
    const store = keep(lastingStore(name(), () => {}));
    await store.add([bought('a')]);
    expect(store.keeping()).toMatchObject({ kind: 'memory', why: expect.stringContaining('SecurityError') });
    expect(await store.count()).toBe(1);
  } finally {
    IDBFactory.prototype.open = open;
  }
});

test('a connection that the browser has ended is opened again, and nothing is lost', async () => {
  const database = name();
  const store = keep(indexedDbStore(database));
  await store.add([bought('a')]);
  const transaction = IDBDatabase.prototype.transaction;
  let failures = 2;
  IDBDatabase.prototype.transaction = function (...given) {
    if (failures > 0) {
      failures -= 1;
      throw new DOMException(
        'Connection to Indexed Database server lost. Refresh the page to try again',
        'UnknownError',
      );
    }
    return transaction.apply(this, given);
  };
  try {
    await store.add([bought('b')]);
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
  expect(failures).toBe(0);
  expect(items(await store.after(0))).toEqual(['a', 'b']);
});

test('a connection that stays lost is given up after three new ones', async () => {
  const transaction = IDBDatabase.prototype.transaction;
  let attempts = 0;
  IDBDatabase.prototype.transaction = () => {
    attempts += 1;
    throw new DOMException('Connection to Indexed Database server lost.', 'UnknownError');
  };
  try {
    const store = keep(lastingStore(name(), () => {}));
    await store.add([bought('a')]);
    expect(attempts).toBe(4);
    expect(store.keeping().kind).toBe('memory');
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
});

test('a full disk is reported as such, and stores nothing', async () => {
  const store = keep(indexedDbStore(name()));
  await store.add([bought('a')]);
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...given) {
    const request = add.apply(this, given);
    this.transaction.abort();
    Object.defineProperty(this.transaction, 'error', {
      value: new DOMException('full', 'QuotaExceededError'),
    });
    return request;
  };
  try {
    const failure = await store.add([bought('b')]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RecluseError);
    expect(failure).toMatchObject({ code: 'storage-full' });
  } finally {
    IDBObjectStore.prototype.add = add;
  }
  expect(items(await store.after(0))).toEqual(['a']);
});
