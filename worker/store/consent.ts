/** Where interactions go, by what the visitor has agreed to. */
import type { Consent, RecluseError } from '../../src/contract.ts';
import { onDemand } from '../on-demand.ts';
import { type LastingStore, lastingStore } from './fallback.ts';
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

const whyNot = {
  granted: '',
  pending: 'The visitor has not agreed yet: nothing outlives this page.',
  denied: 'The visitor does not agree: nothing is kept.',
} satisfies Record<Consent, string>;

/** @param name name of the database; it is not opened before consent is granted */
export function consentingStore(
  name: string,
  first: Consent,
  onRefused: (problem: RecluseError) => void,
): ConsentingStore {
  let consent = first;
  /** The store on the disk, where that is allowed; else another one. */
  let lasting: LastingStore | undefined;
  let other: Promise<Store> | undefined;
  if (consent === 'granted') lasting = lastingStore(name, onRefused);
  else putUp(consent);

  function putUp(without: Consent): void {
    other = onDemand.withoutConsent().then(({ storeWithout }) => storeWithout(without));
    other.catch(() => {});
  }
  const now = async (): Promise<Store> => lasting ?? ((await other) as Store);

  async function grant(): Promise<void> {
    const granted = lastingStore(name, onRefused);
    if (consent === 'pending') {
      // Where this fails, nothing has changed and nothing is lost.
      const { merged } = await onDemand.merge();
      const kept = await (await now()).content();
      await granted.change((content) => merged(content, kept, true));
    }
    lasting = granted;
    other = undefined;
  }

  return {
    consent: () => consent,
    async agree(next, erase = false) {
      if (next !== consent) {
        if (next === 'granted') await grant();
        else {
          await lasting?.close();
          lasting = undefined;
          putUp(next);
        }
        consent = next;
      }
      if (erase && !lasting) await (await onDemand.withoutConsent()).eraseDatabase(name);
    },
    keeping: () => lasting?.keeping() ?? { kind: 'memory', why: whyNot[consent] },
    add: async (interactions) => (await now()).add(interactions),
    newest: async (count, before) => (await now()).newest(count, before),
    after: async (seq) => (await now()).after(seq),
    ofType: async (type) => (await now()).ofType(type),
    count: async () => (await now()).count(),
    compacted: async () => (await now()).compacted(),
    profile: async () => (await now()).profile(),
    derived: async (kind) => (await now()).derived(kind),
    keepDerived: async (records) => (await now()).keepDerived(records),
    dropDerived: async (kind, keys) => (await now()).dropDerived(kind, keys),
    async forget(query) {
      const forgotten = await (await now()).forget(query);
      if (lasting) return forgotten;
      const { onDisk } = await onDemand.withoutConsent();
      return forgotten + (await onDisk(name, (disk) => disk.forget(query), 0));
    },
    async content() {
      if (consent !== 'denied') return (await now()).content();
      const { nothing, onDisk } = await onDemand.withoutConsent();
      return onDisk(name, (disk) => disk.content(), nothing);
    },
    change: async (work) => (await now()).change(work),
    close: async () => (await now()).close(),
  };
}
