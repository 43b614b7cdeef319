/** What this device knows: every line of it, day by day, to be taken out one by one or many at once. */
import { html, type Markup } from '../markup.ts';
import { notice } from '../notice.ts';
import type { Shop } from '../shop.ts';
import { deed } from '../words.ts';
import { inspectorOf } from './inspector.ts';
import { conditionsOf, linesMeeting, noWish, sweepMarkup, type Wish } from './sweep.ts';
import type { Tab } from './tab.ts';

/** Names with how often each is there, most first. */
function counted(names: readonly (string | undefined)[]): string[] {
  const count = new Map<string, number>();
  for (const name of names) if (name) count.set(name, (count.get(name) ?? 0) + 1);
  return [...count].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

export function knownTab(shop: Shop, redraw: () => void): Tab {
  let wish: Wish = noWish;

  const categoriesOf = (item: string) => shop.catalogue.get(item)?.categories ?? [];

  async function draw(): Promise<Markup> {
    const { interactions } = await shop.recluse.export();
    if (interactions.length === 0) return html``;
    const lines = interactions.filter(({ type }) => type !== 'impression');
    const conditions = conditionsOf(wish, Date.now());
    return html`<div slot="known">${sweepMarkup(
      wish,
      counted(lines.map(({ type }) => type)).map((type) => ({ type, name: deed(type) })),
      counted(lines.map(({ item }) => shop.categoryOf(item))),
      conditions && linesMeeting(interactions, conditions, categoriesOf).length,
    )}</div>`;
  }

  return {
    draw,
    inspector: inspectorOf(shop, 'known'),
    values: () => Object.fromEntries(Object.entries(wish).map(([name, value]) => [`sweep-${name}`, value])),
    async press(deed) {
      const conditions = deed === 'sweep' && conditionsOf(wish, Date.now());
      if (!conditions) return;
      const count = await shop.recluse.forget(conditions);
      notice(`${count} ${count === 1 ? 'line' : 'lines'} forgotten.`);
      wish = noWish;
      redraw();
    },
    change({ name, value }) {
      wish = { ...wish, [name.replace('sweep-', '')]: value };
      redraw();
    },
  };
}
