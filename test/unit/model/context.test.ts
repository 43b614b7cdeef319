import { expect, test } from 'vitest';
import { clockAt, contextIndices } from '../../../worker/model/context.ts';
import { manifestFor } from '../support/synthetic-pack.ts';

const declared = manifestFor(1).context;
const clock = { hour: 17, weekday: 3 };

test('the clock fills in hour and weekday, and what nobody said is unknown', () => {
  expect([...contextIndices(declared, {}, {}, clock)]).toEqual([18, 3, 0]);
});

test('what the app says goes before the profile, and both before the clock', () => {
  expect([
    ...contextIndices(declared, { place: 'village', hour: 0 }, { place: 'town', weekday: 7 }, clock),
  ]).toEqual([1, 7, 2]);
  expect([...contextIndices(declared, {}, { place: 'town' }, clock)]).toEqual([18, 3, 1]);
});

test('the device is what the page saw, unless the app says otherwise or the pack does not ask', () => {
  const asking = [...declared, { name: 'device', values: ['desktop', 'phone', 'kiosk'] }];
  const known = { ...clock, device: 'phone' as const };
  expect([...contextIndices(asking, {}, {}, known)]).toEqual([18, 3, 0, 2]);
  expect([...contextIndices(asking, { device: 'kiosk' }, {}, known)]).toEqual([18, 3, 0, 3]);
  expect([...contextIndices(asking, {}, {}, { ...known, device: 'tablet' })]).toEqual([18, 3, 0, 0]);
  expect([...contextIndices(declared, {}, {}, known)]).toEqual([18, 3, 0]);
});

test('a value that the pack does not know is unknown, as is an hour that does not exist', () => {
  expect([...contextIndices(declared, { place: 'moon', hour: 24, weekday: 0 }, {}, clock)]).toEqual([
    0, 0, 0,
  ]);
});

test('weeks begin on Monday', () => {
  expect(clockAt(new Date(2026, 10, 23, 9).getTime())).toEqual({ hour: 9, weekday: 1 });
  expect(clockAt(new Date(2026, 10, 22, 23).getTime())).toEqual({ hour: 23, weekday: 7 });
});
