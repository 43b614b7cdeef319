import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openChanges } from '../../../worker/changes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first change is told at once, those that follow closely as one', () => {
  const told: string[] = [];
  const changes = openChanges((reason) => told.push(reason));
  changes.tell('interactions');
  expect(told).toEqual(['interactions']);
  for (let time = 0; time < 9; time += 1) changes.tell('interactions');
  expect(told).toHaveLength(1);
  vi.advanceTimersByTime(60);
  expect(told).toEqual(['interactions', 'interactions']);
  vi.advanceTimersByTime(1000);
  expect(told).toHaveLength(2);
});

test('changes of different kinds do not wait for each other', () => {
  const told: string[] = [];
  const changes = openChanges((reason) => told.push(reason));
  changes.tell('interactions');
  changes.tell('source');
  changes.tell('pack');
  expect(told).toEqual(['interactions', 'source', 'pack']);
});

test('after closing nothing is told', () => {
  const told: string[] = [];
  const changes = openChanges((reason) => told.push(reason));
  changes.tell('status');
  changes.tell('status');
  changes.close();
  vi.advanceTimersByTime(1000);
  expect(told).toEqual(['status']);
});
