/** Where interactions go as long as nothing may be written; loaded only then. */
import type { Consent } from '../../src/contract.ts';
import { indexedDbStore } from './indexeddb.ts';
import { memoryStore } from './memory.ts';
import type { Content, Store } from './store.ts';

/** What there is where nothing is kept. */
export const nothing: Content = { interactions: [], compacted: [], derived: [], profile: {} };

/** Memory while consent is pending; once it is denied, a store that forgets at once. */
export function storeWithout(consent: Consent): Store {
  const memory = memoryStore();
  if (consent === 'pending') return memory;
  return {
    ...memory,
    add: async () => [],
    keepDerived: async () => {},
    change: async (work) => work(nothing)[1],
  };
}

/** Whether there is a database of this name; asking leaves no trace. Where the browser does not tell: yes. */
async function exists(name: string): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some((database) => database.name === name);
  } catch {
    return typeof indexedDB !== 'undefined';
  }
}

/** Works on what lies on the disk from a time when it was agreed to: the visitor may see and erase it at any time. */
export async function onDisk<Result>(
  name: string,
  work: (store: Store) => Promise<Result>,
  otherwise: Result,
): Promise<Result> {
  if (!(await exists(name))) return otherwise;
  const disk = indexedDbStore(name);
  try {
    return await work(disk);
  } finally {
    await disk.close();
  }
}

/** Removes a whole database. */
export async function eraseDatabase(name: string): Promise<void> {
  if (!(await exists(name))) return;
  await new Promise<void>((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = () => resolve();
  });
}
