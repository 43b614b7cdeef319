import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { CompactedInteractions, DerivedRecord, Profile, StoredInteraction } from '../../src/contract.ts';

/** The whole database in one type. */
export interface RecluseSchema extends DBSchema {
  /** What the visitor did, in the order in which it was stored. */
  interactions: {
    key: number;
    value: StoredInteraction;
    indexes: { id: string; item: string; type: string; time: number };
  };
  /** Sums that stand for older interactions, one an item and type; since version 2. */
  compacted: { key: [item: string, type: string]; value: CompactedInteractions };
  /** What was derived from interactions, by kind and key; since version 2. See `derived.ts`. */
  derived: { key: [kind: string, key: string]; value: DerivedRecord };
  /** What the visitor told the site, by name. */
  profile: { key: string; value: Profile[string] };
  /** What the store remembers about itself, by name. */
  meta: { key: string; value: string | number };
}

/** An open database. */
export type Database = IDBPDatabase<RecluseSchema>;

/** Names of all object stores. */
export const storeNames = ['interactions', 'compacted', 'derived', 'profile', 'meta'] as const;

const version = 2;

/** What may happen to an open database from outside. */
export interface DatabaseEvents {
  /** The connection is gone and must not be used again: another tab upgrades or deletes, or the browser ended it. */
  onLost(): void;
}

/**
 * Opens the database of the given name, creating it where it is missing.
 *
 * @param patience milliseconds after which a browser that does not answer (or another tab that blocks) counts as a refusal
 * @throws DOMException of the browser's own, or a `TimeoutError` after `patience`
 */
export async function openDatabase(name: string, events: DatabaseEvents, patience = 5000): Promise<Database> {
  let lost = false;
  const lose = () => {
    lost = true;
    events.onLost();
  };
  const opening = openDB<RecluseSchema>(name, version, {
    // Each step leaves what is there as it is.
    upgrade(database, before) {
      if (before < 1) {
        const interactions = database.createObjectStore('interactions', {
          keyPath: 'seq',
          autoIncrement: true,
        });
        interactions.createIndex('id', 'id', { unique: true });
        interactions.createIndex('item', 'item');
        interactions.createIndex('type', 'type');
        interactions.createIndex('time', 'time');
        database.createObjectStore('profile');
        database.createObjectStore('meta');
      }
      if (before < 2) {
        database.createObjectStore('compacted', { keyPath: ['item', 'type'] });
        database.createObjectStore('derived', { keyPath: ['kind', 'key'] });
      }
    },
    // Another tab wants to upgrade or delete: let it, at once. We open again when we next need it.
    blocking(_current, _wanted, event) {
      (event.target as IDBDatabase).close();
      lose();
    },
    // The browser closed the connection: storage was cleared, or its process died.
    terminated: lose,
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new DOMException(`The browser did not open its database within ${patience} ms.`, 'TimeoutError'),
        ),
      patience,
    );
  });
  try {
    return await Promise.race([opening, late]);
  } catch (error) {
    // Should it open after all, it must not stand in another tab's way.
    opening.then((database) => database.close()).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
    if (lost) events.onLost();
  }
}
