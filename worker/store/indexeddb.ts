import { type ForgetRequest, RecluseError, type StoredInteraction } from '../../src/contract.ts';
import { type Database, openDatabase } from './database.ts';
import type { Store } from './store.ts';

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

  return {
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
            // The store makes `seq`: the type of a value to be added lacks it.
            added.map((interaction) => transaction.store.add(interaction as StoredInteraction)),
          );
          return added.map((interaction, place) => ({ ...interaction, seq: keys[place] as number }));
        });
      }),

    newest: (count, before = Number.POSITIVE_INFINITY) =>
      use(async (database) => {
        const { store } = database.transaction('interactions');
        const last = (await store.openKeyCursor(below(before), 'prev'))?.key;
        // Forgotten interactions leave gaps between keys, so the window doubles until it is full or reaches the first key.
        let found: StoredInteraction[] = [];
        let upper = last ?? 0;
        for (let width = count; upper > 0 && found.length < count; width *= 2) {
          const lower = Math.max(1, upper - width + 1);
          found = (await store.getAll(IDBKeyRange.bound(lower, upper))).concat(found);
          upper = lower - 1;
        }
        return count < 1 ? [] : found.slice(-count);
      }),

    after: (seq) => use((database) => database.getAll('interactions', IDBKeyRange.lowerBound(seq, true))),

    // Records under one index key come in the order of their primary key, which is `seq`.
    ofType: (type) => use((database) => database.getAllFromIndex('interactions', 'type', type)),

    count: () => use((database) => database.count('interactions')),

    forget: (request) =>
      use(async (database) => {
        const transaction = database.transaction(['interactions', 'profile', 'meta'], 'readwrite');
        const interactions = transaction.objectStore('interactions');
        return committed(transaction.done, async () => {
          if (request === 'everything') {
            const forgotten = await interactions.count();
            await Promise.all([
              interactions.clear(),
              transaction.objectStore('profile').clear(),
              transaction.objectStore('meta').clear(),
            ]);
            return forgotten;
          }
          const keys = await interactions.index(indexFor(request)).getAllKeys(rangeFor(request));
          await Promise.all(keys.map((key) => interactions.delete(key)));
          return keys.length;
        });
      }),

    profile: () =>
      use(async (database) => {
        const transaction = database.transaction('profile');
        const [names, values] = await Promise.all([
          transaction.store.getAllKeys(),
          transaction.store.getAll(),
        ]);
        return Object.fromEntries(names.map((name, place) => [name, values[place] as string | number]));
      }),

    close: drop,
  };
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

type ForgetSome = Exclude<ForgetRequest, 'everything'>;

function indexFor(request: ForgetSome): 'id' | 'item' | 'time' {
  if ('item' in request) return 'item';
  return 'since' in request ? 'time' : 'id';
}

function rangeFor(request: ForgetSome): IDBKeyRange {
  if ('item' in request) return IDBKeyRange.only(request.item);
  if ('since' in request) return IDBKeyRange.lowerBound(request.since);
  return IDBKeyRange.only(request.interaction);
}

function describe(error: unknown): string {
  return error instanceof Error || error instanceof DOMException
    ? `${error.name}: ${error.message}`
    : String(error);
}
