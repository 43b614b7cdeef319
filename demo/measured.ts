/** What the shelves lead to, counted on this device: for the panel, and comes after the shelves. */
import type { Interaction } from 'recluse';
import { collect } from 'recluse/collect';
import { type LearnedSummary, learned } from 'recluse/learn';
import { html, type Markup } from './markup.ts';
import { recall, remember } from './remember.ts';
import type { Shop } from './shop.ts';
import { bytes } from './words.ts';

/** What the shelves have taught this device, and the switch. */
function taught(summary: LearnedSummary | undefined): Markup {
  if (!summary)
    return html`<h3>What the shelves teach</h3><p class="quiet-text">What you pass over teaches this device nothing, unless you want that. Then some places of a shelf try something, too.</p><p><button type="button" class="quiet" data-do="teach">Learn from what I pass over</button></p>`;
  const { feedback, categories } = summary;
  const named = categories.slice(0, 6);
  return html`<h3>What the shelves teach</h3><p class="quiet-text">${feedback === 0 ? 'Nothing yet: look at some shelves, and open what you like.' : `Learned from ${feedback} things seen and chosen. It took ${bytes(summary.bytes)}.`}</p>${
    named.length > 0 &&
    html`<ul class="plain">${named.map(({ category, outcome }) => html`<li>${category.toLowerCase()}: ${outcome > 0 ? 'more of it' : 'less of it'}</li>`)}</ul>`
  }<p><button type="button" class="quiet" data-do="unteach">Learn no more from what I pass over</button></p>`;
}

export interface Measured {
  /** The panel's section. */
  draw(): Promise<Markup>;
  /** Begins or ends to note what is seen; it holds at the next visit, too. */
  watch(on: boolean): void;
  /** Begins or ends to learn from it, when the page is there again. */
  teach(on: boolean): void;
  /** Whoever becomes somebody else, or is forgotten, has seen nothing until then: a moment on the clock of `performance.now()`. */
  clear(moment: number): void;
}

/**
 * Notes what is seen on the shelves, where the visitor has asked for that: once for each product and shelf of a visit, and when the page is
 * left or the panel opened. What was passed over makes room at the next visit, not under the eyes.
 */
export function measured(shop: Shop): Measured {
  let stop: (() => void) | undefined;
  const told = new Set<string>();
  let seen: Interaction[] = [];
  let known = 0;
  /** When something was last forgotten, on the clock of `performance.now()`. */
  let forgotten = 0;

  async function tell(): Promise<void> {
    const noted = seen;
    seen = [];
    if (noted.length > 0) await shop.learn(...noted);
  }
  const leave = () => void tell().catch(() => {});
  // Before the recommender writes down what it has not stored yet.
  addEventListener('pagehide', leave, { capture: true });
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave(), {
    capture: true,
  });
  // What waits to be told is older than any forgetting, whoever asked for that, in whichever tab.
  shop.recluse.on('change', ({ reason, status }) => {
    const { interactions } = status.storage;
    if (reason === 'interactions' && (interactions === 0 || interactions < known)) clear(performance.now());
    known = interactions;
  });

  function clear(moment: number): void {
    told.clear();
    seen = [];
    forgotten = moment;
  }

  /** Shelves of before stay on the page for a moment: who looks at them then has not seen them either. */
  const isOfBefore = ({ placement = '' }: Interaction): boolean =>
    (shop.arrivals.get(placement) ?? 0) < forgotten;

  /** The list of the shelf that something was seen on. */
  function withList(one: Interaction): Interaction {
    const list = one.placement === undefined ? undefined : shop.lists.get(one.placement);
    const item = list?.items.find(({ id }) => id === one.item);
    return list && item ? { ...one, list: list.id, position: item.position } : one;
  }

  async function note(given: Interaction[]): Promise<void> {
    for (const one of given.filter(({ type }) => type === 'impression')) {
      const name = `${one.placement} ${one.item}`;
      if (told.has(name) || isOfBefore(one)) continue;
      told.add(name);
      seen.push(withList(one));
    }
    const others = given.filter(({ type }) => type !== 'impression');
    if (others.length > 0) await shop.learn(...others.map(withList));
  }

  function start(): void {
    stop ??= collect({ track: (given) => note([given].flat() as Interaction[]) });
  }
  if (recall('watching', false)) start();

  return {
    clear,
    async draw() {
      await tell().catch(() => {});
      const summary = recall('learning', false)
        ? await learned(shop.recluse).catch(() => undefined)
        : undefined;
      const watching = stop !== undefined;
      const about = watching
        ? 'Noted on this device: which products you really saw, and which of them you opened.'
        : 'Which products you really see is not noted, unless you want to see what the shelves lead to.';
      return html`<p class="quiet-text">${about}</p><p><button type="button" class="quiet" data-do="${watching ? 'unwatch' : 'watch'}">${watching ? 'Note no more what is seen' : 'Note what is seen'}</button></p>${taught(summary)}`;
    },
    teach(on) {
      remember('learning', on || undefined);
      // What is not noted teaches nothing.
      if (on) remember('watching', true);
      location.reload();
    },
    watch(on) {
      remember('watching', on || undefined);
      if (on) start();
      else {
        stop?.();
        stop = undefined;
        leave();
      }
    },
  };
}
