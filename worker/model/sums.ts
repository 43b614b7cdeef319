/**
 * Older interactions as sums, one an item and type, which rank as the interactions would: decayed sums shrink with time by a factor
 * that is the same for all that is in them. Defined under "Compacted interactions" in `docs/model.md`.
 */
import type { CompactedInteractions } from '../../src/contract.ts';
import type { ItemRow, Manifest, Pack } from '../pack/pack.ts';
import type { EventType } from './event-types.ts';
import { decay } from './interest.ts';
import { held, longest } from './value.ts';

/** Sums at one moment, as scorers read them; index *k* is one sum. All arrays have the same length. */
export interface HistorySums {
  readonly rows: Int32Array;
  /** Index into `manifest.eventTypes`. */
  readonly types: Uint8Array;
  /** What the events of each would give `x`, before the power. */
  readonly interest: Float64Array;
  /** What they would give `habit`, whether or not the type counts there. */
  readonly habit: Float64Array;
  /** How many events. */
  readonly times: Float64Array;
  /** Seconds before the moment of the oldest and the newest event. */
  readonly oldest: Float64Array;
  readonly newest: Float64Array;
  /** Sum and number of values other than 0. */
  readonly values: Float64Array;
  readonly valued: Float64Array;
}

export const day = 86_400;
/** Seconds from a time to a moment, both in milliseconds since 1970; 0 to a century. */
export const secondsBetween = (time: number, now: number) => held((now - time) / 1000, 0, longest);

/** What the decays of a sum depend on. Sums of another rule are decayed from their mean time instead. */
export function ruleOf({ linear, habit }: Manifest, type: EventType | undefined): string {
  const { halfLifeDays, halfLifeEvents } = linear;
  const form = type?.value;
  return [halfLifeDays, halfLifeEvents, habit.halfLifeDays, form?.base, form?.slope].join(' ');
}

/**
 * A sum's decays carried on to a later moment.
 *
 * @param newer how many more events are newer than all of the sum
 */
export function carriedOn(
  sum: CompactedInteractions,
  manifest: Manifest,
  type: EventType | undefined,
  now: number,
  newer: number,
): { interest: number; habit: number; rule: string } {
  const { linear, habit } = manifest;
  const rule = ruleOf(manifest, type);
  const ranked = decay(newer, linear.halfLifeEvents);
  const known = sum.rule === rule;
  const days = secondsBetween(known ? sum.at : sum.mean, now) / day;
  return {
    interest: (known ? sum.interest : sum.strength) * decay(days, linear.halfLifeDays) * ranked,
    habit: (known ? sum.habit : sum.strength) * decay(days, habit.halfLifeDays),
    rule,
  };
}

/**
 * The sums that this pack can use, at one moment.
 *
 * @param newer how many events of the history are kept one by one: all of them are newer than the sums
 */
export function sumsAt(
  compacted: readonly CompactedInteractions[],
  pack: Pack,
  now: number,
  newer: number,
): HistorySums | undefined {
  const { manifest, rowOf } = pack;
  const types = new Map(manifest.eventTypes.map((type, index) => [type.name, { type, index }]));
  const usable = compacted.flatMap((sum) => {
    const row = rowOf.get(sum.item);
    const known = types.get(sum.type);
    return row === undefined || !known || known.type.weight === 0 ? [] : [{ sum, row, ...known }];
  });
  if (usable.length === 0) return undefined;
  const carried = usable.map(({ sum, type }) => carriedOn(sum, manifest, type, now, newer));
  const of = (read: (one: (typeof usable)[number], place: number) => number) =>
    Float64Array.from(usable, read);
  return {
    rows: Int32Array.from(usable, ({ row }) => row),
    types: Uint8Array.from(usable, ({ index }) => index),
    interest: of(({ type }, place) => type.weight * carried[place]!.interest),
    habit: of(({ type }, place) => type.weight * carried[place]!.habit),
    times: of(({ sum }) => sum.count),
    oldest: of(({ sum }) => secondsBetween(sum.first, now)),
    newest: of(({ sum }) => secondsBetween(sum.last, now)),
    values: of(({ sum }) => sum.values),
    valued: of(({ sum }) => sum.valued),
  };
}

/** Rows of the sums of which this is true of the type, each with the number of its events. */
export function rowsOfSums(
  { sums }: { readonly sums?: HistorySums },
  counts: (type: number, sum: number) => boolean,
): ItemRow[] {
  return sums ? [...sums.rows].filter((_, place) => counts(sums.types[place]!, place)) : [];
}
