/** What the page gets to see of the tally and of how long lists took. */
import type { ExperimentCounts, Metrics, Preference, Rates, Source } from '../../src/contract.ts';
import type { Assignment } from './assignment.ts';
import { addRow, countsOf, noCounts, type Row, ratesOf } from './counts.ts';
import { type Histogram, percentilesOf } from './histogram.ts';
import { most, type Table, type Tally } from './tally.ts';
import { winnerOf } from './team-draft.ts';

/** How long lists took and how old they were, as it is kept. */
export interface Timings {
  latency: Partial<Record<Source, Histogram>>;
  age: Histogram;
}

export const noTimings = (): Timings => ({ latency: {}, age: {} });

/** Kept timings; none where they are damaged. */
export function timingsIn(value: unknown): Timings {
  const { latency, age } = (value ?? {}) as Partial<Timings>;
  const isObject = (one: unknown) => typeof one === 'object' && one !== null;
  return isObject(latency) && isObject(age) && Object.values(latency!).every(isObject)
    ? (value as Timings)
    : noTimings();
}

type Key = (string | number | null)[];

/** Sums a table over all but some parts of its keys. */
function summed(table: Table, partsOf: (key: Key) => Key): { key: Key; row: Row }[] {
  const sums = new Map<string, Row>();
  for (const [name, row] of Object.entries(table)) {
    const key = JSON.stringify(partsOf(JSON.parse(name) as Key));
    const sum = sums.get(key) ?? noCounts();
    addRow(sum, row);
    sums.set(key, sum);
  }
  return [...sums].map(([key, row]) => ({ key: JSON.parse(key) as Key, row }));
}

const byImpressions = (one: Rates, other: Rates) => other.impressions - one.impressions;

/** `'2026-11-25'`; null for a day that no calendar has. */
export function dateOf(days: number): string | null {
  const date = new Date(days * 86_400_000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, 10);
}

/** Sorted by placement, and then by day. */
function placementDaysOf({ placementDays }: Tally): Metrics['placementDays'] {
  return Object.entries(placementDays)
    .map(([key, days]) => [String(JSON.parse(key)), days] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([placement, days]) =>
      Object.entries(days)
        .map(([day, row]) => ({ day: day === 'null' ? null : Number(day), row }))
        .sort((one, other) => (one.day ?? -Infinity) - (other.day ?? -Infinity))
        .map(({ day, row }) => {
          const { impressions, clicks, ctr } = ratesOf(row);
          return { placement, day: day === null ? null : dateOf(day), impressions, clicks, ctr };
        }),
    );
}

/** @param items how many the pack has; undefined before there is one */
export function metricsOf(tally: Tally, { latency, age }: Timings, items: number | undefined): Metrics {
  const total = noCounts();
  for (const row of Object.values(tally.places)) addRow(total, row);
  const [impressions = 0] = total;
  const shown = Math.min(tally.shown.length, most.shown);
  return {
    since: tally.since,
    total: ratesOf(total),
    elsewhere: countsOf(tally.elsewhere),
    placements: summed(tally.places, ([placement]) => [placement!])
      .map(({ key: [placement], row }) => ({ placement: String(placement), ...ratesOf(row) }))
      .sort(byImpressions),
    sources: summed(tally.places, ([, source]) => [source!])
      .map(({ key: [source], row }) => ({ source: (source || null) as Source | null, ...ratesOf(row) }))
      .sort(byImpressions),
    variants: summed(tally.variants, (key) => key).map(({ key: [experiment, variant], row }) => ({
      experiment: String(experiment),
      variant: String(variant),
      ...ratesOf(row),
    })),
    positions: summed(tally.positions, (key) => key)
      .map(({ key: [placement, position], row }) => ({
        placement: String(placement),
        position: position === -1 ? null : Number(position),
        ...ratesOf(row),
      }))
      .sort(
        (one, other) =>
          (one.placement < other.placement ? -1 : one.placement > other.placement ? 1 : 0) ||
          (one.position ?? -1) - (other.position ?? -1),
      ),
    days: summed(tally.days, (key) => key)
      .sort((one, other) => Number(one.key[0] ?? -1) - Number(other.key[0] ?? -1))
      .map(({ key: [day], row }) => ({
        day: typeof day === 'number' ? dateOf(day) : null,
        ...ratesOf(row),
      })),
    placementDays: placementDaysOf(tally),
    repeated: impressions > 0 ? tally.repeated / impressions : null,
    novelty: impressions > 0 ? tally.novel / impressions : null,
    coverage: { items: shown, share: items ? Math.min(1, shown / items) : null },
    latency: (Object.entries(latency) as [Source, Histogram][]).map(([source, histogram]) => ({
      source,
      ...percentilesOf(histogram),
    })),
    age: percentilesOf(age),
  };
}

/** What has come of an experiment on this device; of one that was never asked for, nothing. */
export function experimentOf(
  name: string,
  tally: Tally,
  assignment: Assignment | undefined,
): ExperimentCounts {
  const short = name.slice(0, most.name);
  const preference: Preference = { wins: [0, 0], ties: 0 };
  const [first = 0, second = 0, ties = 0] = tally.preferences[JSON.stringify([short])] ?? [];
  preference.wins = [first, second];
  preference.ties = ties;
  for (const [, experiment, ...clicks] of tally.drafts) {
    if (experiment !== short) continue;
    const winner = winnerOf(clicks);
    if (winner === undefined) preference.ties += 1;
    else preference.wins[winner] += 1;
  }
  return {
    name,
    variant: assignment?.variant ?? null,
    variants: (assignment?.variants ?? []).map((variant) => ({
      variant,
      ...ratesOf(tally.variants[JSON.stringify([short, variant.slice(0, most.name)])] ?? noCounts()),
    })),
    preference,
  };
}
