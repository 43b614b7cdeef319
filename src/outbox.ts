import type { Interaction } from './contract.ts';

/** Interactions that the worker has not confirmed when the page goes away, kept where writing is synchronous. */
export interface Outbox {
  /** What an earlier page left. */
  read(): Interaction[];
  /** Puts these beside what is there. Never throws: where the browser refuses, they are only in the worker's hands. */
  add(interactions: readonly Interaction[]): void;
  /** Takes out what has been stored. */
  remove(ids: ReadonlySet<string>): void;
}

/**
 * A click on a link tracks and navigates in one breath: the worker may be gone before it has stored anything.
 * What lies here is stored at the next start; the ids make that harmless where it was stored after all.
 *
 * @param name name of the recommender
 */
export function openOutbox(name: string): Outbox {
  const key = `recluse:${name}:outbox`;

  function read(): Interaction[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }

  function write(interactions: readonly Interaction[]): void {
    try {
      if (interactions.length > 0) localStorage.setItem(key, JSON.stringify(interactions));
      else localStorage.removeItem(key);
    } catch {
      // Refused or full: the worker may still manage.
    }
  }

  const without = (ids: ReadonlySet<string | undefined>) => read().filter(({ id }) => !ids.has(id));
  return {
    read,
    add(interactions) {
      if (interactions.length > 0)
        write([...without(new Set(interactions.map(({ id }) => id))), ...interactions]);
    },
    remove: (ids) => write(without(ids)),
  };
}
