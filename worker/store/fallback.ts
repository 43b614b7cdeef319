import { RecluseError } from '../../src/contract.ts';
import { onDemand } from '../on-demand.ts';
import { indexedDbStore } from './indexeddb.ts';
import type { Store } from './store.ts';

/** Where interactions go at the moment, and why not to disk. */
export type Keeping = { kind: 'indexeddb' } | { kind: 'memory'; why: string };

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
  let keeping: Keeping = { kind: 'indexeddb' };
  let current = indexedDbStore(name);

  async function attempt<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    const store = current;
    const { kind } = keeping;
    try {
      return await work(store);
    } catch (error) {
      if (kind === 'memory' || !(error instanceof RecluseError) || error.code !== 'storage-unavailable')
        throw error;
      const { memoryStore } = await onDemand.memory();
      // Another call may have been here meanwhile.
      if (current === store) {
        current = memoryStore(aboveAnyKey);
        keeping = { kind: 'memory', why: error.message };
        onRefused(error);
      }
      return work(current);
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
    close: () => current.close(),
  };
}
