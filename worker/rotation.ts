/**
 * What was shown where and passed over: a counter for each item and placement, not a record for each time. Loaded with the first
 * impression or the first list that rotates.
 */
import type { DerivedRecord, Interaction, StoredInteraction } from '../src/contract.ts';
import { decay } from './model/interest.ts';

/** Days after which a time passed over counts half. */
const halfLife = 7;
/** Most counters; where there are more, the smallest go until so many are left. */
const most = 2000;
const kept = 1500;
const day = 86_400_000;

type NewRecord = Omit<DerivedRecord, 'kind'>;

/** Where counters are kept. */
export interface Counters {
  derived(kind: 'shown'): Promise<DerivedRecord[]>;
  keepDerived(kind: 'shown', records: readonly NewRecord[]): Promise<void>;
  dropDerived(kind: 'shown', keys: readonly string[]): Promise<void>;
}

/** One item at one placement; `time` of the record is when it was shown last. */
interface Exposure {
  readonly placement: string;
  /** Times shown, decayed until `time`. */
  readonly count: number;
}

const keyOf = (placement: string, item: string) => JSON.stringify([placement, item]);

/** A record's value; undefined where an import brought something else under its name. */
function exposureOf({ value, item }: NewRecord): Exposure | undefined {
  const { placement, count } = (value ?? {}) as Partial<Exposure>;
  return typeof placement === 'string' && Number.isFinite(count) && item !== undefined
    ? (value as Exposure)
    : undefined;
}

/** What is left of a counter at a moment; a clock that was put back takes nothing away. */
const left = (count: number, time: number, now: number) =>
  count * decay(Math.max(0, now - time) / day, halfLife);

const strengthAt = (record: NewRecord, now: number) => left(exposureOf(record)?.count ?? 0, record.time, now);

/** The record of an item shown once more. */
function shownAgain(before: NewRecord | undefined, item: string, placement: string, time: number): NewRecord {
  const newest = Math.max(time, before?.time ?? time);
  const count = (before ? strengthAt(before, newest) : 0) + left(1, time, newest);
  const value = { placement, count } satisfies Exposure;
  return { key: keyOf(placement, item), item, time: newest, value };
}

/** Reading and writing again must not cross: one after the other. */
let last: Promise<unknown> = Promise.resolve();

/** Counts impressions, and keeps the number of counters within bounds. */
export function noteShown(
  impressions: readonly Interaction[],
  counters: Counters,
  now: number,
): Promise<void> {
  const noted = last.then(async () => {
    const records = new Map<string, NewRecord>(
      (await counters.derived('shown')).map((record) => [record.key, record]),
    );
    const changed = new Map<string, NewRecord>();
    for (const { item, placement = 'default', time = now } of impressions) {
      const key = keyOf(placement, item);
      const record = shownAgain(records.get(key), item, placement, Math.min(time, now));
      records.set(key, record);
      changed.set(key, record);
    }
    await counters.keepDerived('shown', [...changed.values()]);
    if (records.size <= most) return;
    const weakest = [...records.values()]
      .sort((one, other) => strengthAt(one, now) - strengthAt(other, now))
      .slice(0, records.size - kept);
    await counters.dropDerived(
      'shown',
      weakest.map(({ key }) => key),
    );
  });
  last = noted.catch(() => {});
  return noted;
}

/**
 * How often, decayed, items were shown at a placement without the visitor doing anything with them since. Counters of items with which
 * the visitor did something since are dropped: a click forgives.
 *
 * @param interactions of the visitor, without impressions
 * @returns by item id
 */
export async function passedOverAt(
  placement: string,
  interactions: readonly StoredInteraction[],
  counters: Counters,
  now: number,
): Promise<Map<string, number>> {
  const touched = new Map<string, number>();
  for (const { item, time } of interactions) touched.set(item, Math.max(time, touched.get(item) ?? 0));
  const forgiven: string[] = [];
  const passed = new Map<string, number>();
  for (const record of await counters.derived('shown')) {
    if (exposureOf(record)?.placement !== placement) continue;
    const item = record.item!;
    if ((touched.get(item) ?? -1) >= record.time) forgiven.push(record.key);
    else passed.set(item, strengthAt(record, now));
  }
  if (forgiven.length > 0) await counters.dropDerived('shown', forgiven);
  return passed;
}
