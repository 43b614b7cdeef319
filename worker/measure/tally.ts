/**
 * What the visitor's interactions add up to. A fold over the stored interactions in their order, with the place up to which it has come: what is
 * stored is counted once, whenever and by whichever tab; and counting again from the start, as after `forget`, gives what a visitor
 * has who never did what was forgotten. Plain JSON, below 50 kB whatever happens.
 */
import type { StoredInteraction } from '../../src/contract.ts';
import { hashOf } from '../store/identity.ts';
import { type Assignment, concerns } from './assignment.ts';
import { addRow, noCounts, type Row, rowOf } from './counts.ts';
import { markOf } from './list-id.ts';
import { winnerOf } from './team-draft.ts';

/** Counts by what they are of; the key is a JSON array. */
export type Table = Record<string, Row>;

/** Where an item was clicked last: `[hash of the item, placement, source, position, time]`. */
type Lead = [item: number, placement: string, source: string, position: number, time: number];

/** The tally as it is kept. */
export interface Tally {
  version: 1;
  /** `seq` of the newest interaction that was counted. */
  seq: number;
  /** Time of the oldest, null before the first. */
  since: number | null;
  /** By day: days since 1970, null for those that are too long ago. */
  days: Table;
  /** By placement and source (`''`: unknown). */
  places: Table;
  /** By placement and position (-1: unknown). */
  positions: Table;
  /** Impressions and clicks by placement and then by day; a placement's key is JSON, so that none is a name of JavaScript's. */
  placementDays: Record<string, Table>;
  /** By experiment and variant. */
  variants: Table;
  /** What no list led to. */
  elsewhere: Row;
  /** Clicks that may lead to a purchase, oldest first. */
  leads: Lead[];
  /** Hashes of items shown, and of items that the visitor did something with; oldest first. */
  shown: number[];
  touched: number[];
  /** Impressions of items that had been shown before, and of items that nothing had been done with. */
  repeated: number;
  novel: number;
  /** Interleaved lists that may still be clicked: id, experiment, clicks for each ranker; oldest first. */
  drafts: [list: number, experiment: string, first: number, second: number][];
  /** Interleaved lists of before, by experiment: won by the first, won by the second, tied. */
  preferences: Record<string, Row>;
}

/** Most entries of each kind. */
export const most = {
  days: 180,
  places: 80,
  positions: 140,
  /** Eight shelves for three weeks. */
  placementDays: 168,
  variants: 50,
  leads: 60,
  shown: 1000,
  touched: 500,
  drafts: 40,
  preferences: 20,
  /** Characters of a name. */
  name: 24,
  /** Positions that are told apart. */
  position: 50,
} as const;

/** Milliseconds after a click within which the item's purchase counts as led to by it: a week. */
const leading = 7 * 86_400_000;
const day = 86_400_000;

export const emptyTally = (): Tally => ({
  version: 1,
  seq: 0,
  since: null,
  days: {},
  places: {},
  positions: {},
  placementDays: {},
  variants: {},
  elsewhere: noCounts(),
  leads: [],
  shown: [],
  touched: [],
  repeated: 0,
  novel: 0,
  drafts: [],
  preferences: {},
});

const isRow = (value: unknown): boolean =>
  Array.isArray(value) && value.every((count) => Number.isFinite(count) && count >= 0);
const isTable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isRow);
const isTables = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isTable);

/** The key of what was too long ago to be told apart, of all placements together. */
const everywhere = JSON.stringify('');
const longAgo = String(null);

/** What was counted before placements had days. */
function withoutDays(days: Table): Record<string, Table> {
  const sum = [0, 0];
  for (const row of Object.values(days)) addRow(sum, row.slice(0, 2));
  return { [everywhere]: { [longAgo]: sum } };
}

/** A kept tally; undefined where it is damaged, for then it is counted anew. */
export function tallyIn(value: unknown): Tally | undefined {
  const tally = (value ?? {}) as Partial<Tally>;
  const right =
    tally.version === 1 &&
    Number.isFinite(tally.seq) &&
    (tally.since === null || Number.isFinite(tally.since)) &&
    [tally.days, tally.places, tally.positions, tally.variants, tally.preferences].every(isTable) &&
    isRow(tally.elsewhere) &&
    (tally.placementDays === undefined || isTables(tally.placementDays)) &&
    [tally.leads, tally.drafts].every((list) => Array.isArray(list) && list.every(Array.isArray)) &&
    [tally.shown, tally.touched, [tally.repeated, tally.novel]].every(isRow);
  return right
    ? { ...(tally as Tally), placementDays: tally.placementDays ?? withoutDays(tally.days!) }
    : undefined;
}

const shortened = (name: string): string => name.slice(0, most.name);

function add(table: Table, key: readonly (string | number | null)[], row: Row): void {
  const name = JSON.stringify(key);
  const cell = Object.hasOwn(table, name) ? table[name]! : noCounts();
  addRow(cell, row);
  table[name] = cell;
}

/** The oldest day's counts lose their day. */
function boundDays(table: Table): void {
  while (Object.keys(table).length > most.days) {
    const days = Object.keys(table).flatMap((name) => (JSON.parse(name) as [number | null])[0] ?? []);
    const oldest = JSON.stringify([days.reduce((least, of) => Math.min(least, of))]);
    const row = table[oldest]!;
    delete table[oldest];
    add(table, [null], row);
  }
}

/** What has the fewest impressions and clicks goes into the cell that stands for everything else. */
function bound(table: Table, limit: number, otherwise: readonly (string | number | null)[]): void {
  const rest = JSON.stringify(otherwise);
  while (Object.keys(table).length > limit) {
    const names = Object.keys(table).filter((name) => name !== rest);
    const weight = (name: string) => table[name]![0]! + table[name]![1]!;
    const least = names.reduce((one, other) => (weight(other) < weight(one) ? other : one));
    const row = table[least]!;
    delete table[least];
    add(table, otherwise, row);
  }
}

/** Adds to a placement's day. */
function addOfDay(table: Record<string, Table>, placement: string, day: string, row: Row): void {
  table[placement] ??= {};
  const days = table[placement]!;
  days[day] ??= [0, 0];
  addRow(days[day]!, row.slice(0, 2));
}

/** The oldest day of a placement loses both, of several the one with least. */
function boundPlacementDays(table: Record<string, Table>): void {
  const cells = Object.entries(table)
    .flatMap(([placement, days]) => Object.entries(days).map(([day, row]) => ({ placement, day, row })))
    .filter(({ day }) => day !== longAgo);
  const weight = (row: Row) => row[0]! + row[1]!;
  while (cells.length > most.placementDays) {
    const least = cells.reduce((one, other) =>
      Number(other.day) < Number(one.day) || (other.day === one.day && weight(other.row) < weight(one.row))
        ? other
        : one,
    );
    cells.splice(cells.indexOf(least), 1);
    const { placement, day, row } = least;
    delete table[placement]![day];
    if (Object.keys(table[placement]!).length === 0) delete table[placement];
    addOfDay(table, everywhere, longAgo, row);
  }
}

/** The tally as it is worked on: with sets, which are quicker than lists. */
interface Working {
  readonly tally: Tally;
  readonly shown: Set<number>;
  readonly touched: Set<number>;
  readonly leads: Map<number, Lead>;
}

function remember(set: Set<number>, item: number, limit: number): void {
  set.add(item);
  if (set.size > limit) set.delete(set.values().next().value!);
}

function countDraft(tally: Tally, one: StoredInteraction): void {
  const { draft } = markOf(one.list, one.position);
  if (!draft || (one.type !== 'impression' && one.type !== 'click')) return;
  const id = hashOf(one.list!);
  const experiment = shortened(draft.experiment);
  let entry = tally.drafts.find(([list]) => list === id);
  if (!entry) {
    entry = [id, experiment, 0, 0];
    tally.drafts.push(entry);
    if (tally.drafts.length > most.drafts) closeDraft(tally);
  }
  // Without its position, nobody knows whose item was clicked.
  if (one.type !== 'click') return;
  if (draft.team === 0) entry[2] += 1;
  if (draft.team === 1) entry[3] += 1;
}

/** The oldest list's outcome stands. */
function closeDraft(tally: Tally): void {
  const [, experiment, first, second] = tally.drafts.shift()!;
  const row = noCounts().slice(0, 3);
  row[winnerOf([first, second]) ?? 2] = 1;
  add(tally.preferences, [experiment], row);
  bound(tally.preferences, most.preferences, ['']);
}

function count(
  { tally, shown, touched, leads }: Working,
  one: StoredInteraction,
  experiments: ReadonlyMap<string, Assignment>,
): void {
  const { type } = one;
  const item = hashOf(one.item);
  if (type === 'impression') {
    if (shown.has(item)) tally.repeated += 1;
    if (!touched.has(item)) tally.novel += 1;
    remember(shown, item, most.shown);
  } else if (one.item !== '') remember(touched, item, most.touched);
  countDraft(tally, one);

  const row = rowOf(type, one.dwell);
  if (!row) return;
  const time = Number.isFinite(one.time) ? one.time : 0;
  tally.since = Math.min(tally.since ?? time, time);
  const own =
    one.placement !== undefined || one.list !== undefined || type === 'impression' || type === 'click';
  const lead = leads.get(item);
  // A clock that was put back makes no click later than what it led to.
  const led = lead && Math.max(0, time - lead[4]) <= leading ? lead : undefined;
  if (!own && !led) {
    addRow(tally.elsewhere, row);
    return;
  }
  const known = Number.isInteger(one.position) && one.position! >= 0;
  const placement = own ? shortened(one.placement ?? '') : led![1];
  const source = own ? (markOf(one.list, one.position).source ?? '') : led![2];
  const position = own ? (known ? Math.min(one.position!, most.position) : -1) : led![3];
  const moment = own ? time : led![4];

  add(tally.days, [Math.floor(time / day)], row);
  add(tally.places, [placement, source], row);
  if (type === 'impression' || type === 'click')
    addOfDay(tally.placementDays, JSON.stringify(placement), String(Math.floor(time / day)), row);
  add(tally.positions, [placement, position], row);
  for (const [name, experiment] of experiments)
    if (concerns(experiment, own ? (one.placement ?? '') : placement, moment))
      add(tally.variants, [shortened(name), shortened(experiment.variant!)], row);
  if (type !== 'click') return;
  leads.delete(item);
  leads.set(item, [item, placement, source, position, time]);
  if (leads.size > most.leads) leads.delete(leads.keys().next().value!);
}

/**
 * Counts on.
 *
 * @param interactions those after `tally.seq`, oldest first
 * @param experiments in which this device takes part, by name
 * @returns another tally; the one that was given stays as it is
 */
export function countedOn(
  tally: Tally,
  interactions: readonly StoredInteraction[],
  experiments: ReadonlyMap<string, Assignment>,
): Tally {
  if (interactions.length === 0) return tally;
  const next = structuredClone(tally);
  const working: Working = {
    tally: next,
    shown: new Set(next.shown),
    touched: new Set(next.touched),
    leads: new Map(next.leads.map((lead) => [lead[0], lead])),
  };
  for (const one of interactions) {
    // What was imported lies between others, and was counted where it happened.
    if (!Number.isInteger(one.seq)) continue;
    count(working, one, experiments);
    // At each step, not at the end: in whatever pieces the interactions come, the counts are the same.
    boundDays(next.days);
    bound(next.places, most.places, ['', '']);
    bound(next.positions, most.positions, ['', -1]);
    bound(next.variants, most.variants, ['', '']);
    boundPlacementDays(next.placementDays);
    next.seq = Math.max(next.seq, one.seq);
  }
  next.shown = [...working.shown];
  next.touched = [...working.touched];
  next.leads = [...working.leads.values()];
  return next;
}
