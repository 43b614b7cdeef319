import type { IDBPObjectStore, IDBPTransaction } from 'idb';
import { type Profile, RecluseError, type StoredInteraction } from '../../src/contract.ts';
import { onDemand } from '../on-demand.ts';
import { type Database, openDatabase, type RecluseSchema, storeNames } from './database.ts';
import type { Change, Content, Store } from './store.ts';

/** How often an operation opens the database again after losing it. */
const reopenings = 3;

/** Errors that mean: this connection is dead, another may live. WebKit's "server lost" is an UnknownError. */
const connectionLost = new Set(['InvalidStateError', 'UnknownError', 'AbortError']);

/**
 * The store in IndexedDB. Opens lazily; drops a lost connection and opens another, up to three times an operation.
 *
 * @param name name of the database
 * @returns a store whose methods reject with `storage-unavailable` where the browser refuses, `storage-full` where the disk is full
 */
export function indexedDbStore(name: string): Store {
  let connection: Promise<Database> | undefined;

  function connect(): Promise<Database> {
    if (connection) return connection;
    const mine: Promise<Database> = openDatabase(name, {
      onLost() {
        if (connection === mine) connection = undefined;
      },
    });
    connection = mine;
    return mine;
  }

  async function drop(): Promise<void> {
    const dropped = connection;
    connection = undefined;
    await dropped?.then((database) => database.close()).catch(() => {});
  }

  async function use<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work(await connect());
      } catch (error) {
        const cause = error instanceof Error || error instanceof DOMException ? error.name : 'Error';
        if (cause === 'QuotaExceededError')
          throw new RecluseError(
            'storage-full',
            'The disk is full, or this site may store no more. Nothing was stored.',
            { cause },
          );
        await drop();
        if (attempt >= reopenings || !connectionLost.has(cause))
          throw new RecluseError(
            'storage-unavailable',
            `The browser refuses its database: ${describe(error)}`,
            { cause },
          );
      }
    }
  }

  const store: Store = {
    add: (interactions) =>
      use(async (database) => {
        // Relaxed durability survives a killed browser, and costs a tenth.
        const transaction = database.transaction('interactions', 'readwrite', { durability: 'relaxed' });
        return committed(transaction.done, async () => {
          const ids = transaction.store.index('id');
          const known = await Promise.all(interactions.map(({ id }) => ids.getKey(id)));
          const taken = new Set<string>();
          const added = interactions.filter(({ id }, place) => {
            if (known[place] !== undefined || taken.has(id)) return false;
            taken.add(id);
            return true;
          });
          const keys = await Promise.all(
            // The store makes `seq` where there is none: the type of a value to be added lacks it.
            added.map((interaction) => transaction.store.add(interaction as StoredInteraction)),
          );
          return added.map((interaction, place) => ({ ...interaction, seq: keys[place] as number }));
        });
      }),

    newest: (count, before = Number.POSITIVE_INFINITY) =>
      use(async (database) => {
        if (count < 1) return [];
        const { store } = database.transaction('interactions');
        const last = (await store.openKeyCursor(below(before), 'prev'))?.key;
        // Forgotten interactions leave gaps between keys, so the window doubles until it is full or reaches the first key.
        let found: StoredInteraction[] = [];
        let upper = last ?? 0;
        for (let width = count; upper > 0 && found.length < count; width *= 2) {
          found = (await store.getAll(IDBKeyRange.bound(upper - width, upper, true))).concat(found);
          upper -= width;
        }
        return found.slice(-count);
      }),

    after: (seq) => use((database) => database.getAll('interactions', IDBKeyRange.lowerBound(seq, true))),

    // Records under one index key come in the order of their primary key, which is `seq`.
    ofType: (type) => use((database) => database.getAllFromIndex('interactions', 'type', type)),

    count: () => use((database) => database.count('interactions')),

    compacted: () => use((database) => database.getAll('compacted')),

    profile: () => use((database) => profileIn(database.transaction('profile').store)),

    derived: (kind) => use((database) => database.getAll('derived', ofKind(kind))),

    keepDerived: (records) =>
      use(async (database) => {
        const transaction = database.transaction('derived', 'readwrite', { durability: 'relaxed' });
        return committed(transaction.done, async () => {
          await Promise.all(records.map((record) => transaction.store.put(record)));
        });
      }),

    dropDerived: (kind, keys) =>
      use(async (database) => {
        const transaction = database.transaction('derived', 'readwrite');
        const dropped = keys?.map((key) => IDBKeyRange.only([kind, key])) ?? [ofKind(kind)];
        return committed(transaction.done, async () => {
          await Promise.all(dropped.map((range) => transaction.store.delete(range)));
        });
      }),

    async forget(query) {
      if (query !== 'everything') {
        const { forgetting } = await onDemand.forgetting();
        return store.change((content) => forgetting(query, content));
      }
      return use(async (database) => {
        const transaction = database.transaction(storeNames, 'readwrite');
        return committed(transaction.done, async () => {
          const stores = storeNames.map((name) => transaction.objectStore(name));
          const [count, sums] = await Promise.all([
            transaction.objectStore('interactions').count(),
            transaction.objectStore('compacted').getAll(),
          ]);
          await Promise.all(stores.map((one) => one.clear()));
          return sums.reduce((total, sum) => total + sum.count, count);
        });
      });
    },

    content: () => use(async (database) => contentIn(database.transaction(contentStores))),

    change: (work) =>
      use(async (database) => {
        const transaction = database.transaction(contentStores, 'readwrite');
        return committed(transaction.done, async () => {
          const [change, result] = work(await contentIn(transaction));
          await make(change, transaction);
          return result;
        });
      }),

    close: drop,
  };
  return store;
}

const contentStores = ['interactions', 'compacted', 'derived', 'profile'] as const;
type Access<Mode extends IDBTransactionMode> = IDBPTransaction<RecluseSchema, typeof contentStores, Mode>;

async function contentIn(transaction: Access<IDBTransactionMode>): Promise<Content> {
  const [interactions, compacted, derived, profile] = await Promise.all([
    transaction.objectStore('interactions').getAll(),
    transaction.objectStore('compacted').getAll(),
    transaction.objectStore('derived').getAll(),
    profileIn(transaction.objectStore('profile')),
  ]);
  return { interactions, compacted, derived, profile };
}

async function make(change: Change, transaction: Access<'readwrite'>): Promise<void> {
  const { remove = [], add = [], compacted, derived, profile } = change;
  const interactions = transaction.objectStore('interactions');
  await Promise.all(remove.map((seq) => interactions.delete(seq)));
  const work: Promise<unknown>[] = add.map((one) => interactions.add(one as StoredInteraction));
  if (compacted) {
    const store = transaction.objectStore('compacted');
    work.push(store.clear(), ...compacted.map((sum) => store.put(sum)));
  }
  if (derived) {
    const store = transaction.objectStore('derived');
    work.push(store.clear(), ...derived.map((record) => store.put(record)));
  }
  if (profile) {
    const store = transaction.objectStore('profile');
    work.push(store.clear(), ...Object.entries(profile).map(([name, value]) => store.put(value, name)));
  }
  await Promise.all(work);
}

async function profileIn(
  store: Pick<
    IDBPObjectStore<RecluseSchema, ['profile'], 'profile', IDBTransactionMode>,
    'getAll' | 'getAllKeys'
  >,
): Promise<Profile> {
  const [names, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
  return Object.fromEntries(names.map((name, place) => [name, values[place]!]));
}

/** All keys `[kind, ...]`: an array sorts after every text. */
function ofKind(kind: string): IDBKeyRange {
  return IDBKeyRange.bound([kind], [kind, []]);
}

/**
 * Runs the requests of one transaction and waits until it has completed. Where a request fails because the transaction
 * was aborted, the reason is the transaction's (a full disk), not the request's (that it was aborted).
 */
async function committed<Result>(done: Promise<void>, requests: () => Promise<Result>): Promise<Result> {
  const outcome = done.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  let result: Result;
  try {
    result = await requests();
  } catch (error) {
    throw (await outcome)?.error ?? error;
  }
  const failure = await outcome;
  if (failure) throw failure.error;
  return result;
}

function below(seq: number): IDBKeyRange | null {
  return Number.isFinite(seq) ? IDBKeyRange.upperBound(seq, true) : null;
}

function describe(error: unknown): string {
  return error instanceof Error || error instanceof DOMException
    ? `${error.name}: ${error.message}`
    : String(error);
}
