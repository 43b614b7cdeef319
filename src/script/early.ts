/** What a page tracks before the worker is there, kept where writing is synchronous if the page goes away meanwhile. */
import type { Interaction } from '../contract.ts';
import { openOutbox } from '../outbox.ts';
import { randomId } from '../recommender.ts';

/** Calls of a time in which there is no worker yet. */
export interface Early {
  /** Notes a call. Gives what to call the method with once the worker is there: interactions get the time and the id that they have here. */
  note(method: string, given: readonly unknown[]): readonly unknown[];
  /** The worker is there, or will not come: from here on others look after what is called. */
  end(): void;
}

/** No more are kept: a site whose worker never starts must not fill the visitor's disk. */
const most = 200;

/**
 * Nothing is written unless the visitor has agreed, and nothing while the page is there: most workers come before it goes. What was written is stored by
 * the next page's worker, or by this one's should it come after all; the ids make that one and the same.
 *
 * @param name of the recommender
 * @param consent what the tag says
 */
export function keepEarly(name = 'default', consent = 'granted'): Early {
  const outbox = openOutbox(name);
  let agreed: unknown = consent;
  let waiting: Interaction[] = [];

  const unwrite = () => outbox.remove(new Set(waiting.map(({ id }) => id as string)));
  const save = () => {
    if (agreed === 'granted' && waiting.length > 0 && outbox.read().length < most)
      outbox.add(waiting.slice(0, most));
  };
  const onHidden = () => {
    if (document.visibilityState === 'hidden') save();
  };
  addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', onHidden);

  /** As the recommender would write it. What is no interaction stays what it is, for the worker to refuse. */
  function dated(one: unknown): unknown {
    if (typeof one !== 'object' || one === null) return one;
    const { item = '', id = randomId(), time = Date.now() } = one as Interaction;
    const interaction = { ...one, item, id, time } as Interaction;
    // What is done while the answer is no is not stored, whatever the answer is later.
    if (agreed !== 'denied') waiting.push(interaction);
    return interaction;
  }

  return {
    note(method, given) {
      if (method === 'consent') [agreed] = given;
      // Whoever does not agree any more, or wants something forgotten, means what was tracked before, too.
      if (method === 'forget' || (method === 'consent' && agreed !== 'granted')) {
        unwrite();
        if (agreed !== 'pending' || method === 'forget') waiting = [];
      }
      if (method !== 'track' && method !== 'trackMany') return given;
      const [first, ...rest] = given;
      return [Array.isArray(first) ? first.map(dated) : dated(first), ...rest];
    },
    end() {
      removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', onHidden);
    },
  };
}
