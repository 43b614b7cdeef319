import type { CompactedInteractions, DerivedRecord, Profile, StoredInteraction } from '../../src/contract.ts';
import { onDemand } from '../on-demand.ts';
import type { Change, Content, Store } from './store.ts';

const bySeq = (left: StoredInteraction, right: StoredInteraction) => left.seq - right.seq;
const keyOf = ({ kind, key }: Pick<DerivedRecord, 'kind' | 'key'>) => JSON.stringify([kind, key]);

/**
 * A store that ends with the tab, for browsers that refuse IndexedDB and for visitors who have not agreed yet. Never rejects.
 *
 * @param from the first `seq` is one more; where a database was lost, above all that it gave
 */
export function memoryStore(from = 0): Store {
  let interactions: StoredInteraction[] = [];
  let compacted: readonly CompactedInteractions[] = [];
  let derived = new Map<string, DerivedRecord>();
  let profile: Profile = {};
  let ids = new Set<string>();
  let newestSeq = from;

  const content = (): Content => ({ interactions, compacted, derived: [...derived.values()], profile });

  const store: Store = {
    async add(added) {
      const stored: StoredInteraction[] = [];
      let inOrder = true;
      for (const interaction of added) {
        if (ids.has(interaction.id)) continue;
        ids.add(interaction.id);
        const seq = interaction.seq ?? Math.floor(newestSeq) + 1;
        inOrder &&= seq > newestSeq;
        newestSeq = Math.max(newestSeq, seq);
        stored.push({ ...interaction, seq });
      }
      interactions = interactions.concat(stored);
      if (!inOrder) interactions.sort(bySeq);
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
    count: async () => interactions.length,
    compacted: async () => [...compacted],
    profile: async () => profile,
    derived: async (kind) => [...derived.values()].filter((record) => record.kind === kind),
    async keepDerived(records) {
      for (const record of records) derived.set(keyOf(record), record);
    },
    async dropDerived(kind, keys) {
      const dropped = keys ?? [...derived.values()].filter((one) => one.kind === kind).map(({ key }) => key);
      for (const key of dropped) derived.delete(keyOf({ kind, key }));
    },
    async forget(query) {
      if (query !== 'everything') {
        const { forgetting } = await onDemand.forgetting();
        return store.change((all) => forgetting(query, all));
      }
      const forgotten = compacted.reduce((count, sum) => count + sum.count, interactions.length);
      await apply({ remove: interactions.map(({ seq }) => seq), compacted: [], derived: [], profile: {} });
      return forgotten;
    },
    content: async () => content(),
    async change(work) {
      const [change, result] = work(content());
      await apply(change);
      return result;
    },
    async close() {},
  };

  async function apply(change: Change): Promise<void> {
    if (change.remove?.length) {
      const gone = new Set(change.remove);
      interactions = interactions.filter(({ seq }) => !gone.has(seq));
      ids = new Set(interactions.map(({ id }) => id));
    }
    if (change.compacted) compacted = change.compacted;
    if (change.derived) derived = new Map(change.derived.map((record) => [keyOf(record), record]));
    if (change.profile) profile = change.profile;
    if (change.add) await store.add(change.add);
  }

  return store;
}
