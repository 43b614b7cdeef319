import { readFileSync } from 'node:fs';
import { RecluseError, type StoredInteraction } from 'recluse';
import { describe, expect, test } from 'vitest';
import { hiddenIn, hideCategory, hideProduct } from '../../../demo/hiding.ts';
import { facts } from '../../../demo/panel/facts.ts';
import { pastOrders } from '../../../demo/panel/past-orders.ts';
import { differenceTo, moveInWords } from '../../../demo/panel/reasons.ts';
import { conditionsOf, linesMeeting, noWish } from '../../../demo/panel/sweep.ts';
import { saying } from '../../../demo/panel/tastes.ts';
import { importProblem } from '../../../demo/panel/yours.ts';
import { duration } from '../../../demo/words.ts';

const hour = 60 * 60 * 1000;
const line = (seq: number, type: string, item: string, time: number): StoredInteraction => ({
  id: `line-${seq}`,
  seq,
  type,
  item,
  time,
});

describe('forgetting many at once', () => {
  const now = new Date(2026, 10, 25, 12).getTime();

  test('asks for nothing where the form says nothing', () => {
    expect(conditionsOf(noWish, now)).toBeNull();
    expect(conditionsOf({ ...noWish, when: 'between' }, now)).toBeNull();
    expect(conditionsOf({ ...noWish, when: 'between', from: 'soon' }, now)).toBeNull();
  });

  test('means what the form says: a kind, a department, the last hour, whole days', () => {
    expect(conditionsOf({ ...noWish, type: 'view', category: 'Cheese', when: 'hour' }, now)).toEqual({
      type: 'view',
      category: 'Cheese',
      since: now - hour,
    });
    expect(conditionsOf({ ...noWish, when: 'between', from: '2026-11-24', to: '2026-11-25' }, now)).toEqual({
      since: new Date(2026, 10, 24).getTime(),
      until: new Date(2026, 10, 26).getTime(),
    });
  });

  test('counts the lines that would go', () => {
    const lines = [
      line(1, 'view', 'brie', now - 2 * hour),
      line(2, 'view', 'brie', now - 1),
      line(3, 'cart', 'gouda', now - 1),
      line(4, 'view', 'bread', now - 1),
    ];
    const categoriesOf = (item: string) => (item === 'bread' ? ['Bakery'] : ['Dairy', 'Cheese']);
    const going = (wish: Partial<typeof noWish>) =>
      linesMeeting(lines, conditionsOf({ ...noWish, ...wish }, now)!, categoriesOf).map(({ seq }) => seq);
    expect(going({ when: 'hour' })).toEqual([2, 3, 4]);
    expect(going({ category: 'Cheese' })).toEqual([1, 2, 3]);
    expect(going({ category: 'Dairy', type: 'view', when: 'hour' })).toEqual([2]);
  });
});

describe('past orders', () => {
  const idOf = (name: string) => (name === 'Bananas' ? '17' : undefined);

  test('are read from lines in the usual order, and from a table that names its columns', () => {
    const expected = {
      type: 'purchase',
      item: '17',
      time: Date.parse('2026-01-05'),
      quantity: 2,
      value: 1.88,
      basket: 'A-1',
    };
    expect(pastOrders('2026-01-05, Bananas, 2, $1.88, A-1', idOf)).toEqual([expected]);
    expect(pastOrders('Order no.;Product;Qty;Price;Date\nA-1;"Bananas";2;1.88;2026-01-05\n\n', idOf)).toEqual(
      [expected],
    );
  });

  test('may be JSON, and may name products that the shop does not have', () => {
    expect(pastOrders('[{"item":"x","time":5}]', idOf)).toEqual([{ type: 'purchase', item: 'x', time: 5 }]);
    expect(pastOrders('2026-01-05,"Tea, green"', idOf)[0]!.item).toBe('Tea, green');
  });

  test('say which line is wrong', () => {
    expect(() => pastOrders('2026-01-05,Bananas\nsoon,Bananas', idOf)).toThrow('Line 2: “soon” is no date.');
    expect(() => pastOrders('2026-01-05,', idOf)).toThrow('Line 1: there is no product.');
    expect(() => pastOrders('2026-01-05,Bananas,many', idOf)).toThrow('“many” is no number of pieces');
    expect(() => pastOrders('[1', idOf)).toThrow('none');
    expect(() => pastOrders(' \n', idOf)).toThrow('nothing');
  });
});

test('what is hidden is told once, and by what it was hidden', () => {
  const stored = [hideCategory('Beer'), hideProduct('7'), { ...hideProduct('7'), id: 'again' }].map(
    (hide, seq) => ({ item: '', time: 0, ...hide, seq }) as StoredInteraction,
  );
  expect(hiddenIn([...stored, line(9, 'view', '8', 0)])).toEqual({
    products: ['7'],
    categories: [{ name: 'Beer', ids: ['hide-category-Beer'] }],
  });
});

test('saying it twice takes it back, and nobody likes and dislikes the same', () => {
  expect(saying({}, 'likes', 'Cheese')).toEqual({ likes: ['Cheese'], dislikes: null });
  expect(saying({ likes: ['Cheese'] }, 'likes', 'Cheese')).toEqual({ likes: null, dislikes: null });
  expect(saying({ likes: ['Cheese', 'Tea'] }, 'dislikes', 'Cheese')).toEqual({
    dislikes: ['Cheese'],
    likes: ['Tea'],
  });
});

test('the facts that are asked for are those that the pack knows', () => {
  const { context } = JSON.parse(readFileSync('demo/pack/manifest.json', 'utf8')) as {
    context: { name: string; values: string[] }[];
  };
  for (const { name, answers } of facts)
    expect(context.find((fact) => fact.name === name)?.values).toEqual([...answers]);
});

test('moves are said where something besides the score has moved a product', () => {
  expect(moveInWords({ stage: 'diversify', before: 6, after: 2, text: '' })).toBe(
    'Moved up from place 7 to 3 for variety.',
  );
  expect(moveInWords({ stage: 'boost', before: 1, after: 2, text: '' })).toBe(
    'Moved down from place 2 to 3 by a rule of the shop.',
  );
  expect(moveInWords({ stage: 'score', before: 6, after: 2, text: '' })).toBe('');
});

test('another list is compared place by place', () => {
  expect(['b', 'a', 'c', 'd'].map((id, place) => differenceTo(['a', 'b', 'c'], id, place))).toEqual([
    'up 1',
    'down 1',
    '',
    'new here',
  ]);
});

test('a file that cannot be brought in says why, and that nothing was changed', () => {
  expect(importProblem(new SyntaxError('x'))).toMatch(/no copy.*Nothing was changed/);
  expect(importProblem(new RecluseError('export-too-new', 'x'))).toMatch(/newer shop.*Nothing was changed/);
  expect(importProblem(new RecluseError('invalid-argument', 'x', { field: 'document.profile' }))).toMatch(
    /damaged \(at document.profile\)/,
  );
  expect(importProblem(new RecluseError('storage-full', 'x'))).toMatch(/disk is full/);
});

test('ages are said in one round number', () => {
  expect([90_000, 60 * 60_000, 50 * 60 * 60_000].map(duration)).toEqual(['1 minute', '1 hour', '2 days']);
});
