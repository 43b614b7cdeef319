import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { StoredInteraction } from '../../src/contract.ts';

/** The whole database in one type. */
export interface RecluseSchema extends DBSchema {
  /** What the visitor did, in the order in which it was stored. */
  interactions: {
    key: number;
    value: StoredInteraction;
    indexes: { id: string; item: string; type: string; time: number };
  };
  /** What the visitor told the site, by name. */
  profile: { key: string; value: string | number };
  /** What the store remembers about itself, by name. */
  meta: { key: string; value: string | number };
}

/** An open database. */
export type Database = IDBPDatabase<RecluseSchema>;

const version = 1;

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
    upgrade(database) {
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
