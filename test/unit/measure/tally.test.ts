import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredInteraction } from '../../../src/contract.ts';
import { type Assignment, assigned } from '../../../worker/measure/assignment.ts';
import { experimentOf, metricsOf, noTimings } from '../../../worker/measure/metrics.ts';
import { countedOn, emptyTally, most, type Tally, tallyIn } from '../../../worker/measure/tally.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 10, 1);
const nobody = new Map<string, Assignment>();

/** Numbers interactions as the store does. */
const stored = (...interactions: Partial<StoredInteraction>[]): StoredInteraction[] =>
  interactions.map((one, at) => ({
    seq: at + 1,
    id: `i${at}`,
    type: 'click',
    item: 'a',
    time: start,
    ...one,
  }));

const counted = (interactions: StoredInteraction[], experiments: ReadonlyMap<string, Assignment> = nobody) =>
  countedOn(emptyTally(), interactions, experiments);
const shown = (tally: Tally, items?: number) => metricsOf(tally, noTimings(), items);

const interaction = fc.record(
  {
    type: fc.constantFrom('impression', 'click', 'cart', 'purchase', 'view', 'search', 'like'),
    item: fc.constantFrom('a', 'b', 'c', 'd', ''),
    time: fc.integer({ min: start - 40 * day, max: start + 40 * day }),
    placement: fc.constantFrom('home', 'basket', '__proto__', 'x'.repeat(900)),
    list: fc.constantFrom('r~model', 'r~linear', 'q', 's~popular~model~0110~home', 'z~~'),
    position: fc.nat(200),
    dwell: fc.nat(1e7),
  },
  { requiredKeys: ['type', 'item', 'time'] },
);
const log = fc
  .array(interaction, { maxLength: 80 })
  .map((list) => stored(...(list as Partial<StoredInteraction>[])));

describe('what lists have come to', () => {
  it('counts impressions, clicks, carts, purchases and dwell by placement, source, position and day', () => {
    const at = { list: 'r~model', placement: 'home', position: 2 };
    const metrics = shown(
      counted(
        stored(
          { type: 'impression', ...at },
          { type: 'impression', item: 'b', ...at, position: 3 },
          { type: 'click', ...at },
          { type: 'view', dwell: 4000 },
          { type: 'cart' },
          { type: 'purchase', time: start + day },
        ),
      ),
      10,
    );
    expect(metrics.total).toEqual({
      ...{ impressions: 2, clicks: 1, carts: 1, purchases: 1, dwells: 1, dwell: 4000 },
      ...{ ctr: 0.5, conversion: 1 },
    });
    expect(metrics.placements).toEqual([{ placement: 'home', ...metrics.total }]);
    expect(metrics.sources).toEqual([{ source: 'model', ...metrics.total }]);
    expect(
      metrics.positions.map(({ position, impressions, purchases }) => [position, impressions, purchases]),
    ).toEqual([
      [2, 1, 1],
      [3, 1, 0],
    ]);
    expect(metrics.days.map(({ day, impressions, purchases }) => [day, impressions, purchases])).toEqual([
      ['2026-11-01', 2, 0],
      ['2026-11-02', 0, 1],
    ]);
    expect(metrics.coverage).toEqual({ items: 2, share: 0.2 });
    expect(metrics.since).toBe(start);
  });

  it('counts a purchase for the list of the last click within a week, and elsewhere without one', () => {
    const { total, elsewhere, placements } = shown(
      counted(
        stored(
          { type: 'click', placement: 'home' },
          { type: 'click', placement: 'basket' },
          { type: 'purchase', time: start + 6 * day },
          { type: 'purchase', time: start + 8 * day },
          { type: 'purchase', item: 'never clicked' },
        ),
      ),
    );
    expect(total.purchases).toBe(1);
    expect(placements.find(({ placement }) => placement === 'basket')!.purchases).toBe(1);
    expect(elsewhere.purchases).toBe(2);
  });

  it('tells how much was shown again and how much was new to the visitor', () => {
    const { repeated, novelty } = shown(
      counted(
        stored(
          { type: 'impression', item: 'a' },
          { type: 'impression', item: 'a' },
          { type: 'click', item: 'a' },
          { type: 'impression', item: 'a' },
          { type: 'impression', item: 'b' },
        ),
      ),
    );
    expect(repeated).toBe(0.5);
    expect(novelty).toBe(0.75);
  });

  it('is the same in whatever pieces the interactions come', () => {
    const experiments = new Map([['home', assigned('d', 'home', ['a', 'b'], {}, start - 5 * day)]]);
    fc.assert(
      fc.property(log, fc.nat(80), fc.nat(80), (interactions, one, other) => {
        const [first, second] = [Math.min(one, other), Math.max(one, other)];
        let tally = emptyTally();
        for (const piece of [
          interactions.slice(0, first),
          interactions.slice(first, second),
          interactions.slice(second),
        ])
          tally = JSON.parse(JSON.stringify(countedOn(tally, piece, experiments))) as Tally;
        expect(tally).toEqual(JSON.parse(JSON.stringify(counted(interactions, experiments))));
      }),
    );
  });

  it('adds up: by placement, source, position and day alike', () => {
    fc.assert(
      fc.property(log, (interactions) => {
        const metrics = shown(counted(interactions));
        for (const rows of [metrics.placements, metrics.sources, metrics.positions, metrics.days])
          for (const name of ['impressions', 'clicks', 'carts', 'purchases', 'dwell'] as const)
            expect(rows.reduce((sum, row) => sum + row[name], 0)).toBe(metrics.total[name]);
        const clicks = interactions.filter(({ type }) => type === 'click').length;
        expect(metrics.total.clicks).toBe(clicks);
        const bought = interactions.filter(({ type }) => type === 'purchase').length;
        expect(metrics.total.purchases + metrics.elsewhere.purchases).toBe(bought);
      }),
    );
  });

  it('tells the click rate of a placement on a day, however the interactions come', () => {
    const metrics = shown(
      counted(
        stored(
          { type: 'impression', placement: 'home' },
          { type: 'impression', placement: 'home', item: 'b' },
          { type: 'click', placement: 'home' },
          { type: 'impression', placement: 'home', time: start + day },
          { type: 'impression', placement: 'basket', time: start + day },
          { type: 'click', placement: 'basket', time: start + day },
          { type: 'purchase', time: start + day },
        ),
      ),
    );
    expect(metrics.placementDays).toEqual([
      { placement: 'basket', day: '2026-11-02', impressions: 1, clicks: 1, ctr: 1 },
      { placement: 'home', day: '2026-11-01', impressions: 2, clicks: 1, ctr: 0.5 },
      { placement: 'home', day: '2026-11-02', impressions: 1, clicks: 0, ctr: 0 },
    ]);
  });

  it('adds up over placement and day together: to each placement, to each day, and to everything', () => {
    fc.assert(
      fc.property(log, (interactions) => {
        const { placementDays, placements, days } = shown(counted(interactions));
        const sumOf = (chosen: (row: (typeof placementDays)[number]) => boolean) => {
          const rows = placementDays.filter(chosen);
          return [
            rows.reduce((sum, { impressions }) => sum + impressions, 0),
            rows.reduce((sum, { clicks }) => sum + clicks, 0),
          ];
        };
        for (const { placement, impressions, clicks } of placements)
          expect(sumOf((row) => row.placement === placement)).toEqual([impressions, clicks]);
        for (const { day, impressions, clicks } of days)
          expect(sumOf((row) => row.day === day)).toEqual([impressions, clicks]);
      }),
    );
  });

  it('lets the oldest days of placements go first, and loses no count by it', () => {
    const tally = counted(
      stored(
        ...Array.from({ length: 900 }, (_, at) => ({
          type: at % 3 ? 'impression' : 'click',
          placement: `shelf ${at % 10}`,
          time: start + Math.floor(at / 20) * day,
        })),
      ),
    );
    const { placementDays, total } = shown(tally);
    const old = placementDays.filter(({ day }) => day === null);
    expect(old.map(({ placement }) => placement)).toEqual(['']);
    expect(placementDays.length - old.length).toBe(most.placementDays);
    expect(new Set(placementDays.flatMap(({ day }) => day ?? [])).size).toBe(17);
    expect(placementDays.at(-1)!.day).toBe('2026-12-15');
    expect(placementDays.reduce((sum, { impressions }) => sum + impressions, 0)).toBe(total.impressions);
    expect(placementDays.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(total.clicks);
  });

  it('takes over what was counted before placements had days', () => {
    const { placementDays: _, ...before } = counted(
      stored({ type: 'impression', placement: 'home' }, { placement: 'home' }),
    );
    const tally = tallyIn(JSON.parse(JSON.stringify(before)))!;
    expect(shown(tally).placementDays).toEqual([
      { placement: '', day: null, impressions: 1, clicks: 1, ctr: 1 },
    ]);
  });

  it('stays below 50 kB after years of many placements, positions, experiments and items, and still adds up', () => {
    const experiments = new Map(
      Array.from({ length: 40 }, (_, at) => [
        `${at} ${'experiment'.repeat(20)}`,
        assigned('d', `${at}`, [`${'ä'.repeat(500)}`, 'b'], {}, 0),
      ]),
    );
    const many = stored(
      ...Array.from({ length: 20_000 }, (_, at) => ({
        type: ['impression', 'impression', 'click', 'view', 'purchase'][at % 5]!,
        item: `item-${(at * 7919) % 5000}`,
        time: start + Math.floor(at / 25) * day,
        placement: `${at % 37} ${'placement'.repeat(30)}`,
        list: `${at % 60}~${['model', 'linear', 'popular'][at % 3]}~model~0101~${at % 30} ${'draft'.repeat(50)}`,
        position: at % 90,
        dwell: 1000,
      })),
    );
    const tally = counted(many, experiments);
    expect(new TextEncoder().encode(JSON.stringify(tally)).length).toBeLessThan(47_000);
    const { total, days } = shown(tally);
    expect(total.impressions).toBe(8000);
    expect(days[0]!.day).toBeNull();
    expect(days.length).toBeGreaterThan(50);
  }, 60_000);

  it('defines what is odd: positions and times that are missing, not numbers, or out of order', () => {
    const odd = counted(
      stored(
        { type: 'impression', position: Number.NaN, time: Number.NaN },
        { type: 'impression', position: -1 },
        { type: 'impression', position: 1e9, time: 8.64e15 },
        { type: 'view', dwell: Number.NaN },
        { type: 'view', dwell: Number.POSITIVE_INFINITY },
        // The clock was put back between the click and what it led to.
        { type: 'click', item: 'z', time: start + 30 * day, placement: 'home' },
        { type: 'purchase', item: 'z', time: start },
      ),
    );
    const { positions, total, days, placements } = shown(odd);
    expect(
      positions.map(({ placement, position, impressions }) => [placement, position, impressions]),
    ).toEqual([
      ['', null, 2],
      ['', 50, 1],
      ['home', null, 0],
    ]);
    expect(placements.find(({ placement }) => placement === 'home')!.purchases).toBe(1);
    expect(days[0]!.day).toBe('1970-01-01');
    expect(Number.isFinite(total.dwell)).toBe(true);
    expect(tallyIn(JSON.parse(JSON.stringify(odd)))).toBeDefined();
  });

  it('takes a damaged tally for none', () => {
    const tally = JSON.parse(JSON.stringify(counted(stored({}, { type: 'impression' }))));
    expect(tallyIn(tally)).toEqual(tally);
    for (const damage of [
      { version: 2 },
      { seq: null },
      { days: { a: [null] } },
      { days: [['x']] },
      { leads: [3] },
      { shown: ['a'] },
      { elsewhere: [-1] },
      { preferences: 3 },
      { placementDays: null },
      { placementDays: { '"home"': 3 } },
      { placementDays: { '"home"': { 20394: ['x'] } } },
    ])
      expect(tallyIn({ ...tally, ...damage })).toBeUndefined();
    for (const none of [null, undefined, 3, 'x', []]) expect(tallyIn(none)).toBeUndefined();
  });

  it('counts for a variant what happened at its placements since it was chosen', () => {
    const one = assigned('d', 'ranker', ['hybrid', 'popular'], { placements: ['home'] }, start);
    const experiments = new Map([['ranker', one]]);
    const tally = counted(
      stored(
        { type: 'impression', placement: 'home', time: start - 1 },
        { type: 'impression', placement: 'home' },
        { type: 'impression', placement: 'basket' },
        { type: 'click', placement: 'home' },
        { type: 'purchase' },
      ),
      experiments,
    );
    const { variant, variants } = experimentOf('ranker', tally, one);
    const mine = variants.find((row) => row.variant === variant)!;
    expect([mine.impressions, mine.clicks, mine.purchases]).toEqual([1, 1, 1]);
    expect(variants.find((row) => row.variant !== variant)!.impressions).toBe(0);
  });

  it('counts each interleaved list that was seen for the ranker with more clicks', () => {
    const list = (name: string) => ({ list: `${name}~model~linear~0110~duel`, placement: 'home' });
    const tally = counted(
      stored(
        { type: 'impression', ...list('one'), position: 0 },
        { type: 'click', ...list('one'), position: 1 },
        { type: 'click', ...list('one'), position: 2 },
        { type: 'click', ...list('one'), position: 0 },
        { type: 'impression', ...list('two'), position: 0 },
        { type: 'click', ...list('three'), position: 3 },
        // Nobody knows whose these are.
        { type: 'click', ...list('two') },
        { type: 'click', ...list('two'), position: 99 },
      ),
    );
    expect(experimentOf('duel', tally, undefined).preference).toEqual({ wins: [1, 1], ties: 1 });
    expect(shown(tally).sources.map(({ source, clicks }) => [source, clicks])).toEqual([
      ['model', 2],
      ['linear', 2],
      [null, 2],
    ]);
  });

  it('leaves out what was imported: it was counted where it happened', () => {
    const tally = counted([...stored({ type: 'click' }), { ...stored({})[0]!, seq: 0.5 }]);
    expect(shown(tally).total.clicks).toBe(1);
  });

  it('keeps the outcome of interleaved lists that are long gone', () => {
    const many = stored(
      ...Array.from({ length: 100 }, (_, at) => ({
        type: 'click',
        list: `l${at}~linear~model~01~duel`,
        position: at % 4 === 0 ? 1 : 0,
      })),
    );
    expect(experimentOf('duel', counted(many), undefined).preference).toEqual({ wins: [75, 25], ties: 0 });
  });
});
