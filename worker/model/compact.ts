/** Makes sums of older interactions; see `sums.ts`. */
import type { CompactedInteractions, StoredInteraction } from '../../src/contract.ts';
import type { Pack } from '../pack/pack.ts';
import type { EventType } from './event-types.ts';
import { decay } from './interest.ts';
import { carriedOn, day, ruleOf, secondsBetween } from './sums.ts';
import { held, largest, valueFactor } from './value.ts';

/** What stays as it is. */
export interface Kept {
  /** Interactions younger than this many days. Default: whatever their age. */
  readonly days?: number;
  /** The newest so many. Default: however many. */
  readonly count?: number;
}

/** What compacting has made. */
export interface Compaction {
  /** Those that go, whether they are in a sum now or gone for good (searches, impressions). */
  readonly gone: readonly StoredInteraction[];
  /** All sums from now on. */
  readonly compacted: readonly CompactedInteractions[];
}

/**
 * Makes sums of the oldest interactions: from the oldest stored on up to the first that has to stay. What hides more than one item stays always.
 *
 * @param interactions all that are stored, oldest first
 * @param noEvidence types that nothing is worth keeping of, where the pack gives them no weight
 * @param knownAs what an interaction is known by if it comes again
 * @param now milliseconds since 1970
 */
export function compact(
  interactions: readonly StoredInteraction[],
  before: readonly CompactedInteractions[],
  pack: Pack,
  { days = Number.POSITIVE_INFINITY, count = Number.POSITIVE_INFINITY }: Kept,
  noEvidence: ReadonlySet<string>,
  knownAs: (interaction: StoredInteraction) => number,
  now: number,
): Compaction {
  const { manifest, rowOf } = pack;
  const types = new Map<string, EventType>(manifest.eventTypes.map((type) => [type.name, type]));
  const weightOf = (type: string) => types.get(type)?.weight ?? 0;
  const first = interactions.findIndex(
    ({ time }, place) => place >= interactions.length - count && now - time < days * day * 1000,
  );
  const gone = interactions
    .slice(0, first === -1 ? interactions.length : first)
    .filter(({ type, item }) => type !== 'hide' || item !== '');
  const summed = gone.filter(
    ({ type, item }) => item !== '' && (!noEvidence.has(type) || weightOf(type) !== 0),
  );
  const ranked = ({ item, type }: StoredInteraction) => rowOf.has(item) && weightOf(type) !== 0;

  let newer = summed.filter(ranked).length;
  const sums = new Map<string, CompactedInteractions>();
  for (const sum of before) {
    const carried = carriedOn(sum, manifest, types.get(sum.type), now, newer);
    sums.set(keyOf(sum), { ...sum, ...carried, at: now, known: [...sum.known] });
  }
  const { linear, habit } = manifest;
  for (const one of summed) {
    if (ranked(one)) newer--;
    const type = types.get(one.type);
    const value = held(one.value ?? 0, -largest, largest);
    const factor = valueFactor(type?.value, value);
    const days = secondsBetween(one.time, now) / day;
    const sum = sums.get(keyOf(one)) ?? emptySum(one, ruleOf(manifest, type), now);
    const strength = sum.strength + factor;
    if (strength > 0) sum.mean += ((one.time - sum.mean) * factor) / strength;
    sum.strength = strength;
    sum.interest += factor * decay(days, linear.halfLifeDays) * decay(newer, linear.halfLifeEvents);
    sum.habit += factor * decay(days, habit.halfLifeDays);
    sum.count++;
    sum.first = Math.min(sum.first, one.time);
    sum.last = Math.max(sum.last, one.time);
    sum.seq = Math.max(sum.seq, one.seq);
    sum.values += value;
    if (value !== 0) sum.valued++;
    sum.known.push(knownAs(one));
    sums.set(keyOf(one), sum);
  }
  return { gone, compacted: [...sums.values()] };
}

const keyOf = ({ item, type }: { item: string; type: string }) => JSON.stringify([item, type]);

function emptySum(
  { item, type, time, seq }: StoredInteraction,
  rule: string,
  now: number,
): CompactedInteractions {
  const nothing = { count: 0, strength: 0, interest: 0, habit: 0, values: 0, valued: 0, known: [] };
  return { item, type, ...nothing, first: time, last: time, seq, at: now, mean: time, rule };
}
