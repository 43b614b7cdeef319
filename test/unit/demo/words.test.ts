import { describe, expect, test } from 'vitest';
import { aisleOf } from '../../../demo/aisles.ts';
import { Catalogue, shelfCategory } from '../../../demo/catalogue.ts';
import { labelOf, plainName, slug } from '../../../demo/label.ts';
import { opinionOf } from '../../../demo/opinion.ts';
import { tastes } from '../../../demo/panel/tastes.ts';
import { shares } from '../../../demo/parts.ts';
import { pictureOf } from '../../../demo/pictures.ts';
import { problemInWords } from '../../../demo/problems.ts';
import { ago, bytes, longReason, milliseconds, rhythm, shortReason } from '../../../demo/words.ts';
import type { ItemDisplay, StoredInteraction } from '../../../src/contract.ts';

const coffee: ItemDisplay = {
  id: 'c',
  title: 'Coffee, ground, 12 oz, own brand',
  categories: ['Coffee & tea', 'Coffee', 'Coffee, ground'],
  attributes: { size: '12 oz' },
};
const catalogue = new Catalogue([coffee]);
const day = 24 * 60 * 60 * 1000;

const deed = (seq: number, type: string, of: string, time: number, value?: number): StoredInteraction => ({
  seq,
  id: String(seq),
  type,
  item: of,
  time,
  ...(value === undefined ? {} : { value }),
});

describe('a label', () => {
  test('keeps size and brand out of the name', () => {
    expect(labelOf(coffee)).toEqual({ name: 'Coffee, ground', size: '12 oz', apart: 'own brand' });
    expect(labelOf({ title: 'Soda cans, 12 × 12 oz, no. 3' })).toEqual({
      name: 'Soda cans',
      size: '12 × 12 oz',
      apart: 'no. 3',
    });
    expect(labelOf({ title: 'Bananas' })).toEqual({ name: 'Bananas', size: '', apart: '' });
  });

  test('is one plain word in a sentence', () => {
    expect(plainName(coffee)).toBe('coffee');
    expect(plainName({ title: 'BBQ sauce, 18 oz' })).toBe('BBQ sauce');
  });

  test('becomes an address without signs that servers stumble over', () => {
    expect(slug('Milk, eggs & butter')).toBe('milk-eggs-and-butter');
    expect(slug('Jalapeño peppers')).toBe('jalapeño-peppers');
  });
});

describe('a picture', () => {
  const of = (title: string, ...categories: string[]) => pictureOf({ title, categories });

  test('shows what is in the packet, not a word inside another word', () => {
    expect(of('Chicken drumsticks', 'Meat', 'Chicken')).toBe('poultry-leg');
    expect(of('Chocolate chips, 12 oz', 'Pantry', 'Baking needs')).toBe('chocolate-bar');
    expect(of('Cauliflower', 'Fruit & vegetables', 'Broccoli and cauliflower')).toBe('broccoli');
    expect(of('Baby carrots, 1 lb', 'Fruit & vegetables', 'Carrots')).toBe('carrot');
    expect(of('Cheese crackers', 'Snacks', 'Crackers')).toBe('rice-cracker');
    expect(of('Hot dog buns', 'Bakery', 'Bread, buns and rolls')).toBe('hot-dog');
    expect(of('Cat food, canned', 'Pets', 'Cat food')).toBe('cat-face');
  });

  test('is the aisle’s where no word is known', () => {
    expect(of('Xyzzy', 'Frozen')).toBe('snowflake');
    expect(of('Xyzzy', 'Breakfast')).toBe('pancakes');
    expect(of('Xyzzy')).toBe('canned-food');
  });
});

test('aisles and categories have pages of their own', () => {
  expect(aisleOf(coffee.categories)).toBe('coffee');
  expect(catalogue.section('coffee-and-tea')).toMatchObject({ kind: 'aisle', items: [coffee] });
  expect(catalogue.section('coffee')).toMatchObject({ kind: 'category', name: 'Coffee', items: [coffee] });
  expect(catalogue.section('nowhere')).toBeUndefined();
  expect(shelfCategory(coffee)).toBe('Coffee');
});

describe('reasons', () => {
  test('are half a line on a card', () => {
    const because = { kind: 'because', item: 'c', type: 'purchase', time: 0, share: 0.4, text: '' } as const;
    const habit = { kind: 'habit', times: 4, daysSince: 11.2, interval: 9.3, text: '' } as const;
    expect(shortReason(because, catalogue)).toBe('because of coffee');
    expect(shortReason(habit, catalogue)).toBe('about every 9 days');
    expect(shortReason({ kind: 'popular', text: '' }, catalogue)).toBe('');
    expect(rhythm(habit)).toBe('about every 9 days, last 11 days ago');
    expect(rhythm({ ...habit, times: 1 })).toBe('bought once, 11 days ago');
  });

  test('are a sentence where there is room', () => {
    const because = { kind: 'because', item: 'c', type: 'cart', time: 0, share: 0.4, text: '' } as const;
    expect(longReason(because, catalogue, 2 * day)).toBe(
      'You put in the basket Coffee, ground, 12 oz, own brand 2 days ago (40 % of the reasons).',
    );
  });
});

test('days, bytes and milliseconds are said as people say them', () => {
  expect([ago(0.2), ago(1), ago(11)]).toEqual(['today', 'yesterday', '11 days ago']);
  expect([bytes(0), bytes(1), bytes(1500), bytes(2_340_000)]).toEqual([
    '0 bytes',
    '1 byte',
    '2 kB',
    '2.3 MB',
  ]);
  expect([milliseconds(0.034), milliseconds(1.84), milliseconds(24.2)]).toEqual([
    '0.03 ms',
    '1.8 ms',
    '24 ms',
  ]);
});

describe('the panel', () => {
  test('sees tastes in shares that add up to one, without what was disliked more than liked', () => {
    const of = (item: string) => item[0];
    const found = tastes(
      [
        deed(3, 'purchase', 'a1', 0),
        deed(2, 'purchase', 'a2', 0),
        deed(1, 'purchase', 'b', 0),
        deed(4, 'dislike', 'c', 0),
      ],
      of,
      0,
    );
    expect(found.map(({ category }) => category)).toEqual(['a', 'b']);
    expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(found[0]!.share).toBeCloseTo(2 / 3);
  });

  test('shows the positive parts of a score as shares', () => {
    expect(shares({ habit: 3, together: 1, popularity: -2, recent: 0.001 })).toEqual([
      { name: 'habit', share: 3 / 4.001 },
      { name: 'together', share: 1 / 4.001 },
    ]);
  });
});

test('the last word on a product counts', () => {
  const history = [
    deed(4, 'dislike', 'a', 4),
    deed(3, 'rating', 'a', 3, 4),
    deed(2, 'like', 'a', 2),
    deed(1, 'purchase', 'a', 1),
  ];
  const opinion = opinionOf('a', history);
  expect(opinion.liked).toBeUndefined();
  expect(opinion.disliked?.seq).toBe(4);
  expect(opinion.stars).toBe(4);
  expect(opinion.bought).toHaveLength(1);
});

describe('a server that does not answer', () => {
  const pack = { name: 'grocery', version: '1', items: 3, bytes: 9, dataUntil: '2017-11-30T00:00:00Z' };

  test('is bad news for a stranger, and nearly none for who has been here before', () => {
    expect(problemInWords('pack-unreachable', null)).toContain('could not reach its shelves');
    expect(problemInWords('pack-unreachable', pack)).toContain('The shelves that are here go on');
  });
});
