/**
 * From the visitor's interactions to observations of the head: a fold over the stored interactions in their order, with the place up to
 * which it has come. Folding again from the start gives the same to the last bit, so that what is forgotten can be unlearned.
 */
import type { StoredInteraction } from '../../src/contract.ts';
import { examined } from './examination.ts';
import { noSums, observe, type Sums } from './posterior.ts';
import type { LearnSettings } from './settings.ts';

/** What an interaction says about its item, -1 to 1; undefined where it says nothing. An impression says 0. */
export function outcomeOf({ type, value }: Pick<StoredInteraction, 'type' | 'value'>): number | undefined {
  if (type === 'rating')
    return value !== undefined && Number.isFinite(value)
      ? Math.min(1, Math.max(-1, (value - 3) / 2))
      : undefined;
  return Object.hasOwn(outcomes, type) ? outcomes[type as keyof typeof outcomes] : undefined;
}

const outcomes = {
  impression: 0,
  view: 0.3,
  click: 0.5,
  share: 0.8,
  cart: 0.8,
  like: 1,
  purchase: 1,
  dislike: -1,
  hide: -1,
};

/** What somebody says of an item, wherever it was shown. */
const opinions: ReadonlySet<string> = new Set(['like', 'dislike', 'hide', 'rating']);

/** An item that was shown and may still be clicked. */
export interface Shown {
  /** Hashes of the item, and of the list and the item. */
  readonly item: number;
  readonly place: number;
  /** What was expected of it. */
  readonly usual: number;
  /** With which weight and which outcome it is in the sums. */
  weight: number;
  outcome: number;
}

/** What was learned, and up to where. */
export interface Learned {
  readonly sums: Sums;
  /** Impressions that may still be clicked, oldest first. */
  readonly shown: Shown[];
  /** `seq` of the newest interaction that was looked at; 0 before the first. */
  seq: number;
  /** How many interactions were looked at. */
  seen: number;
  /** How many of them said something. */
  feedback: number;
}

/** Impressions that are remembered as long as they may be clicked; older ones stay what they are: passed over. */
export const mostShown = 300;

/** Nothing learned yet. */
export const nothingLearned = (size: number): Learned => ({
  sums: noSums(size),
  shown: [],
  seq: 0,
  seen: 0,
  feedback: 0,
});

/**
 * Features of an item at a moment; undefined for an item that nobody knows. The array may be the same at every call.
 *
 * @param time milliseconds since 1970
 */
export type FeaturesAt = (item: string, time: number) => ArrayLike<number> | undefined;

/** FNV-1a (Fowler, Noll and Vo), 32 bits: ids may be long, and what is kept must be small. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

const placeOf = (list: string, item: string) => hashOf(`${list}\n${item}`);

/**
 * Learns from one interaction; the newer one of two must come later.
 *
 * An impression is learned at once as one that was passed over, weighed by how likely its place was looked at. When a click follows, somebody
 * has looked: what was learned is taken back (as it is now: what has faded since is too little to matter) and the click is learned with
 * full weight. A purchase after the click counts as the better of the two.
 */
export function learn(
  learned: Learned,
  interaction: StoredInteraction,
  featuresAt: FeaturesAt,
  settings: LearnSettings,
): void {
  learned.seq = Math.max(learned.seq, interaction.seq);
  learned.seen++;
  const outcome = outcomeOf(interaction);
  const features = outcome === undefined ? undefined : featuresAt(interaction.item, interaction.time);
  if (outcome === undefined || !features) return;
  const { sums, shown } = learned;
  const { kept, ignored, unprompted, positionBias } = settings;
  const { type, item, list = '', position } = interaction;
  const named = { item: hashOf(item), place: placeOf(list, item) };

  if (type === 'impression') {
    // Told twice, it was seen once.
    if (list !== '' && shown.some(({ place }) => place === named.place)) return;
    const weight = brief(ignored * examined(position, positionBias));
    const usual = usualAt(position, settings);
    observe(sums, features, weight, weight * -usual, kept);
    remember(shown, { ...named, usual, weight, outcome: 0 });
  } else {
    // The newest impression: in the same list where the interaction names one, else anywhere.
    const before = shown.findLast((one) =>
      list === '' ? one.item === named.item : one.place === named.place,
    );
    const weight = before || opinions.has(type) || list !== '' ? 1 : unprompted;
    if (weight === 0) return;
    const better = before && before.weight === 1 ? stronger(before.outcome, outcome) : outcome;
    const usual = before ? before.usual : usualAt(position, settings);
    const evidence = weight * (better - usual) - (before ? before.weight * (before.outcome - usual) : 0);
    observe(sums, features, weight - (before?.weight ?? 0), evidence, kept);
    if (before) {
      before.weight = weight;
      before.outcome = better;
      // Chosen before it was seen for long enough to count as seen: an impression that still comes says nothing new.
    } else if (list !== '') remember(shown, { ...named, usual, weight, outcome });
  }
  learned.feedback++;
}

/**
 * What is expected of an item that was looked at at a place: the list has put first what it thinks most of. What the head learns is how much
 * better or worse it went, so that it doesn't learn once more what the list knew.
 */
const usualAt = (position: number | undefined, { usual, orderBias }: LearnSettings): number =>
  brief(usual * examined(position, orderBias));

/** In millionths: what is remembered of each impression takes less room. */
const brief = (value: number): number => Math.round(value * 1e6) / 1e6;

function remember(shown: Shown[], one: Shown): void {
  shown.push(one);
  if (shown.length > mostShown) shown.shift();
}

/** An opinion against the item stands; else the most that came of it. */
const stronger = (before: number, now: number): number => (now < 0 ? now : Math.max(before, now));
