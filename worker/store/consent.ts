/** Where interactions go, by what the visitor has agreed to. */
import type { Consent, RecluseError } from '../../src/contract.ts';
import { type Keeping, type LastingStore, lastingStore } from './fallback.ts';
import { indexedDbStore } from './indexeddb.ts';
import { memoryStore } from './memory.ts';
import type { Store } from './store.ts';

/** A store that keeps no more than it may. */
export interface ConsentingStore extends LastingStore {
  consent(): Consent;
  /**
   * From here on this is agreed to. What was kept in memory while it was `pending` goes to the disk where it is `granted` now, and
   * nowhere where it is not.
   *
   * @param erase removes what lies on the disk from earlier; only where this is not `granted`
   */
  agree(consent: Consent, erase?: boolean): Promise<void>;
}

/** A store that forgets at once. */
function keepsNothing(): Store {
  return {
    ...memoryStore(),
    add: async () => [],
    keepDerived: async () => {},
    change: async (work) => work(nothing)[1],
  };
}
const nothing = { interactions: [], compacted: [], derived: [], profile: {} };

/** Whether there is a database of this name; asking leaves no trace. Where the browser does not tell: yes. */
async function exists(name: string): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some((database) => database.name === name);
  } catch {
    return typeof indexedDB !== 'undefined';
  }
}

/** @param name name of the database; it is not opened before consent is granted */
export function consentingStore(
  name: string,
  first: Consent,
  onRefused: (problem: RecluseError) => void,
): ConsentingStore {
  let consent = first;
  let lasting: LastingStore | undefined;
  let other: Store | undefined;
  const start = () => {
    lasting = consent === 'granted' ? lastingStore(name, onRefused) : undefined;
    other = lasting ? undefined : consent === 'pending' ? memoryStore() : keepsNothing();
  };
  start();
  const now = (): Store => lasting ?? (other as Store);

  /** What lies on the disk from a time when it was agreed to: the visitor may see and erase it at any time. */
  async function onDisk<Result>(work: (store: Store) => Promise<Result>, otherwise: Result): Promise<Result> {
    if (lasting || !(await exists(name))) return otherwise;
    const disk = indexedDbStore(name);
    try {
      return await work(disk);
    } finally {
      await disk.close();
    }
  }

  return {
    consent: () => consent,
    async agree(next, erase = false) {
      if (next !== consent) {
        const kept = consent === 'pending' && next === 'granted' ? await now().content() : undefined;
        await now().close();
        consent = next;
        start();
        if (kept) {
          const { merged } = await import('./merge.ts');
          await now().change((content) => merged(content, kept));
        }
      }
      if (erase && !lasting && (await exists(name)))
        await new Promise<void>((resolve) => {
          const request = indexedDB.deleteDatabase(name);
          request.onsuccess = request.onerror = () => resolve();
        });
    },
    keeping(): Keeping {
      if (lasting) return lasting.keeping();
      const why =
        consent === 'pending'
          ? 'The visitor has not agreed yet: nothing outlives this page.'
          : 'The visitor does not agree: nothing is kept.';
      return { kind: 'memory', store: now(), why };
    },
    add: (interactions) => now().add(interactions),
    newest: (count, before) => now().newest(count, before),
    after: (seq) => now().after(seq),
    ofType: (type) => now().ofType(type),
    count: () => now().count(),
    compacted: () => now().compacted(),
    profile: () => now().profile(),
    derived: (kind) => now().derived(kind),
    keepDerived: (records) => now().keepDerived(records),
    dropDerived: (kind, keys) => now().dropDerived(kind, keys),
    forget: async (query) => (await now().forget(query)) + (await onDisk((disk) => disk.forget(query), 0)),
    content: async () => (consent === 'denied' ? onDisk((disk) => disk.content(), nothing) : now().content()),
    change: (work) => now().change(work),
    close: () => now().close(),
  };
}
