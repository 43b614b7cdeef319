import type { StoredInteraction } from '../../src/contract.ts';
import type { Store } from './store.ts';

/**
 * A store that ends with the tab, for browsers that refuse IndexedDB. Never rejects.
 *
 * @param from the first `seq` is one more; where a database was lost, above all that it gave
 */
export function memoryStore(from = 0): Store {
  let interactions: StoredInteraction[] = [];
  const ids = new Set<string>();
  let seq = from;

  return {
    async add(added) {
      const stored: StoredInteraction[] = [];
      for (const interaction of added) {
        if (ids.has(interaction.id)) continue;
        ids.add(interaction.id);
        seq += 1;
        stored.push({ ...interaction, seq });
      }
      interactions = interactions.concat(stored);
      return stored;
    },
    async newest(count, before = Number.POSITIVE_INFINITY) {
      if (count < 1) return [];
      return interactions.filter((interaction) => interaction.seq < before).slice(-count);
    },
    async after(last) {
      return interactions.filter((interaction) => interaction.seq > last);
    },
    async ofType(type) {
      return interactions.filter((interaction) => interaction.type === type);
    },
    async count() {
      return interactions.length;
    },
    async forget(request) {
      const kept = interactions.filter((interaction) => {
        if (request === 'everything') return false;
        if ('item' in request) return interaction.item !== request.item;
        if ('since' in request) return interaction.time < request.since;
        return interaction.id !== request.interaction;
      });
      const forgotten = interactions.length - kept.length;
      interactions = kept;
      ids.clear();
      for (const { id } of kept) ids.add(id);
      return forgotten;
    },
    async profile() {
      return {};
    },
    async close() {},
  };
}
