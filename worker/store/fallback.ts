import { RecluseError } from '../../src/contract.ts';
import { indexedDbStore } from './indexeddb.ts';
import { memoryStore } from './memory.ts';
import type { Store } from './store.ts';

/** Where interactions go at the moment, and why not to disk. */
export type Keeping = { kind: 'indexeddb'; store: Store } | { kind: 'memory'; store: Store; why: string };

/** A store that is always there: IndexedDB, and memory for the rest of the session once that is refused or lost. */
export interface LastingStore extends Store {
  /** What keeps the interactions now. */
  keeping(): Keeping;
}

/** The database counts from 1 and never comes here: what memory adds is newer than what was read before. */
const aboveAnyKey = 2 ** 40;

/**
 * @param name name of the database
 * @param onRefused called once, when IndexedDB is given up
 */
export function lastingStore(name: string, onRefused: (problem: RecluseError) => void): LastingStore {
  let keeping: Keeping = { kind: 'indexeddb', store: indexedDbStore(name) };

  async function attempt<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    const { kind, store } = keeping;
    try {
      return await work(store);
    } catch (error) {
      if (kind === 'memory' || !(error instanceof RecluseError) || error.code !== 'storage-unavailable')
        throw error;
      if (keeping.kind === 'indexeddb') {
        keeping = { kind: 'memory', store: memoryStore(aboveAnyKey), why: error.message };
        onRefused(error);
      }
      return work(keeping.store);
    }
  }

  return {
    keeping: () => keeping,
    add: (interactions) => attempt((store) => store.add(interactions)),
    newest: (count, before) => attempt((store) => store.newest(count, before)),
    after: (seq) => attempt((store) => store.after(seq)),
    ofType: (type) => attempt((store) => store.ofType(type)),
    count: () => attempt((store) => store.count()),
    compacted: () => attempt((store) => store.compacted()),
    profile: () => attempt((store) => store.profile()),
    derived: (kind) => attempt((store) => store.derived(kind)),
    keepDerived: (records) => attempt((store) => store.keepDerived(records)),
    dropDerived: (kind, keys) => attempt((store) => store.dropDerived(kind, keys)),
    forget: (query) => attempt((store) => store.forget(query)),
    content: () => attempt((store) => store.content()),
    change: (work) => attempt((store) => store.change(work)),
    close: () => keeping.store.close(),
  };
}
