import { describe, expect, test } from 'vitest';
import { arrange, movedUp } from '../../../demo/arrange.ts';
import { causes } from '../../../demo/because.ts';
import { plainCard } from '../../../demo/card.ts';
import { html } from '../../../demo/markup.ts';
import { shelfMarkup } from '../../../demo/shelf.ts';
import { shopWindow } from '../../../demo/shop-window.ts';
import { replayed } from '../../../demo/shoppers.ts';
import type { ItemDisplay, StoredInteraction } from '../../../src/contract.ts';

const item = (id: string, more: Partial<ItemDisplay> = {}): ItemDisplay => ({
  id,
  title: `Product ${id}`,
  categories: ['Pantry', 'Soup'],
  ...more,
});

const deed = (seq: number, type: string, of: string, value?: number): StoredInteraction => ({
  seq,
  id: String(seq),
  type,
  item: of,
  time: seq,
  ...(value === undefined ? {} : { value }),
});

describe('a shelf', () => {
  test('shows the fresh order', () => {
    expect(arrange(['a', 'b', 'c'], ['c', 'd', 'a'], new Set(), 3)).toEqual(['c', 'd', 'a']);
  });

  test('keeps what was just put into the basket where it was', () => {
    expect(arrange(['a', 'b', 'c'], ['c', 'd', 'a', 'e'], new Set(['b']), 3)).toEqual(['c', 'b', 'd']);
  });

  test('does not keep a product that stood on another shelf', () => {
    expect(arrange(['a'], ['c', 'd'], new Set(['b']), 2)).toEqual(['c', 'd']);
  });

  test('is shorter where there are fewer products, and never repeats one', () => {
    expect(arrange(['a', 'b'], ['b', 'a'], new Set(['b']), 5)).toEqual(['a', 'b']);
  });

  test('marks what is new or further to the front, and nothing else', () => {
    expect([...movedUp(['a', 'b', 'c'], ['c', 'd', 'a'])]).toEqual(['c', 'd']);
  });
});

describe('titles and ids from the catalogue', () => {
  const hostile = item('"><script>alert(1)</script>', { title: '<img src=x onerror="alert(1)"> & Söhne' });

  test('cannot put anything into the page but text', () => {
    const { text } = shelfMarkup({
      placement: 'x',
      title: '</h2><script>',
      about: '',
      source: 'popular',
      cards: [plainCard(hostile)],
    });
    expect(text).not.toMatch(/<script|<img/);
    expect(text).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; Söhne');
  });

  test('leave nothing behind where there is nothing to say', () => {
    expect(html`<p>${null}${undefined}${false}${''}${0}${['a', 'b']}</p>`.text).toBe('<p>0ab</p>');
  });
});

describe('the first shelves', () => {
  test('repeat no product and suggest no tobacco', () => {
    const soup = ['a', 'b', 'c'].map((id) => item(id));
    const smoke = item('s', { categories: ['Household', 'Cigarettes'] });
    const fruit = item('f', { categories: ['Fruit & vegetables', 'Apples'] });
    const shelves = shopWindow(
      [smoke, ...soup, ...Array.from({ length: 12 }, (_, n) => item(`p${n}`)), fruit],
      [soup[0]!, smoke, item('z')],
    );
    const ids = shelves.flatMap(({ cards }) => cards.map((card) => card.item.id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain('s');
    expect(shelves.map(({ placement }) => placement)).toEqual(['for-you', 'popular', 'aisle-produce']);
  });
});

describe('a sample shopper', () => {
  const day = 24 * 60 * 60 * 1000;
  const now = Date.UTC(2026, 10, 23, 12);
  const last = Date.UTC(2017, 10, 30, 18);
  const shopper = {
    name: 'x',
    about: '',
    interactions: [
      { type: 'purchase', item: 'b', time: last },
      { type: 'purchase', item: 'a', time: last - 9 * day },
    ],
  };

  test('has shopped within the last week, on the same weekdays, with the same pauses', () => {
    const [first, second] = replayed(shopper, now);
    expect(now - second!.time!).toBeGreaterThanOrEqual(0);
    expect(now - second!.time!).toBeLessThan(7 * day);
    expect((second!.time! - last) % (7 * day)).toBe(0);
    expect(second!.time! - first!.time!).toBe(9 * day);
    expect([first!.item, second!.item]).toEqual(['a', 'b']);
  });
});

describe('"Because of …"', () => {
  test('follows what was put into the basket last', () => {
    expect(
      causes([deed(3, 'cart', 'coffee'), deed(2, 'purchase', 'bread'), deed(1, 'cart', 'milk')])[0],
    ).toBe('coffee');
  });

  test('else what was bought again and again', () => {
    expect(
      causes([deed(4, 'purchase', 'milk'), deed(3, 'purchase', 'bread'), deed(2, 'purchase', 'bread')])[0],
    ).toBe('bread');
  });

  test('is never because of what was not wanted', () => {
    expect(causes([deed(2, 'dislike', 'fish'), deed(1, 'rating', 'soup', 2)])).toEqual([]);
  });
});
