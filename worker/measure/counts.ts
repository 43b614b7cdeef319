/** Numbers of impressions, clicks, carts, purchases and dwell, as they are added up and kept. */
import type { Counts, Rates } from '../../src/contract.ts';

/** What can be counted, in the order in which it is kept. */
export const countNames = ['impressions', 'clicks', 'carts', 'purchases', 'dwells', 'dwell'] as const;
export type CountName = (typeof countNames)[number];

/** Counts as they are kept: one number for each of {@link countNames}. */
export type Row = number[];

/** Milliseconds that a single view counts for at most: a tab that was left open says nothing more. */
const longestDwell = 3_600_000;

export const noCounts = (): Row => countNames.map(() => 0);

/** Adds one row to another, in place. */
export function addRow(to: Row, from: readonly number[]): void {
  for (const [place, count] of from.entries()) to[place] = (to[place] ?? 0) + count;
}

/** What an interaction counts as; undefined where it counts as nothing. `view` counts by how long it lasted. */
export function rowOf(type: string, dwell: number | undefined): Row | undefined {
  const row = noCounts();
  if (type === 'view') {
    if (!(typeof dwell === 'number' && dwell >= 0)) return undefined;
    row[4] = 1;
    row[5] = Math.min(dwell, longestDwell);
    return row;
  }
  const place = ['impression', 'click', 'cart', 'purchase'].indexOf(type);
  if (place < 0) return undefined;
  row[place] = 1;
  return row;
}

export function countsOf(row: readonly number[]): Counts {
  return Object.fromEntries(countNames.map((name, place) => [name, row[place] ?? 0])) as Record<
    CountName,
    number
  >;
}

export function ratesOf(row: readonly number[]): Rates {
  const counts = countsOf(row);
  return {
    ...counts,
    ctr: counts.impressions > 0 ? counts.clicks / counts.impressions : null,
    conversion: counts.clicks > 0 ? counts.purchases / counts.clicks : null,
  };
}
