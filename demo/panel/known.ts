/** What this device knows: every line of it, day by day, to be taken out one by one or many at once. */
import type { ExportDocument, StoredInteraction } from 'recluse';
import { hiddenCategory } from '../hiding.ts';
import { labelOf } from '../label.ts';
import { html, type Markup } from '../markup.ts';
import { notice } from '../notice.ts';
import { icon, picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Shop } from '../shop.ts';
import { deed } from '../words.ts';
import { conditionsOf, linesMeeting, noWish, sweepMarkup, type Wish } from './sweep.ts';
import type { Tab } from './tab.ts';

const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const dayKey = new Intl.DateTimeFormat('en-CA');

/** Lines that are drawn at once; more than that nobody reads. */
export const linesShown = 150;

/** Interactions by local day, newest day first. */
export function byDay(
  history: readonly StoredInteraction[],
  now: number,
): { day: string; lines: StoredInteraction[] }[] {
  const today = dayKey.format(now);
  const yesterday = dayKey.format(now - 24 * 60 * 60 * 1000);
  const groups = new Map<string, StoredInteraction[]>();
  for (const interaction of history.toSorted((a, b) => b.time - a.time || b.seq - a.seq)) {
    const key = dayKey.format(interaction.time);
    groups.set(key, [...(groups.get(key) ?? []), interaction]);
  }
  return [...groups].map(([key, lines]) => ({
    day: key === today ? 'Today' : key === yesterday ? 'Yesterday' : dayName.format(lines[0]!.time),
    lines,
  }));
}

/** Types with how many lines they have, most first. */
export function kindsOf(
  lines: readonly StoredInteraction[],
): { type: string; name: string; count: number }[] {
  const count = new Map<string, number>();
  for (const { type } of lines) count.set(type, (count.get(type) ?? 0) + 1);
  return [...count]
    .map(([type, lines]) => ({ type, name: deed(type), count: lines }))
    .sort((a, b) => b.count - a.count);
}

const lineWord = (count: number) => (count === 1 ? 'line' : 'lines');

/** What a line is about, its picture, and what was done. */
function told(shop: Shop, line: StoredInteraction): { name: string; drawing: string; said: string } {
  const { item, type, value, query, quantity } = line;
  if (type === 'search') return { name: `“${query ?? ''}”`, drawing: 'package', said: deed(type) };
  if (item === '')
    return {
      name: `everything from ${hiddenCategory(line) ?? 'a choice'}`,
      drawing: 'package',
      said: deed(type),
    };
  const product = shop.catalogue.get(item);
  const said =
    type === 'rating'
      ? `rated ${value ?? 0} of 5`
      : `${deed(type)}${(quantity ?? 1) > 1 ? `, ${quantity} pieces` : ''}`;
  return {
    name: product ? labelOf(product).name : `product ${item}`,
    drawing: product ? pictureOf(product) : 'package',
    said,
  };
}

function lineMarkup(shop: Shop, line: StoredInteraction, ofProduct: number): Markup {
  const { name, drawing, said } = told(shop, line);
  return html`<li><span class="tiny">${picture(drawing)}</span><span class="known-name">${name}<small>${said}</small></span>${
    ofProduct > 1 &&
    html`<button type="button" class="quiet small" data-do="forget-product" data-item="${line.item}" aria-label="All ${ofProduct} lines about ${name}: forget them">all ${ofProduct}</button>`
  }<button type="button" class="round" data-do="forget-line" data-forget="${line.id}" aria-label="Forget: ${said} ${name}">${icon('bin')}</button></li>`;
}

/** What was only seen is no line; this is all of it. */
function seenMarkup(seen: readonly StoredInteraction[]): Markup | false {
  const products = new Set(seen.map(({ item }) => item)).size;
  return (
    products > 0 &&
    html`<p class="seen"><span>Seen on the shelves: ${products} ${products === 1 ? 'product' : 'products'}</span><button type="button" class="quiet small" data-do="forget-seen">Forget these</button></p>`
  );
}

function sumsMarkup({ compacted }: ExportDocument): Markup | false {
  const count = compacted.reduce((sum, one) => sum + one.count, 0);
  return (
    count > 0 &&
    html`<p class="quiet-text">${count} older ${lineWord(count)} ${count === 1 ? 'is' : 'are'} kept only as ${compacted.length} ${compacted.length === 1 ? 'sum' : 'sums'}: what and how often, not each time.</p>`
  );
}

const where = {
  granted: '',
  pending: ', and only until this tab is closed',
  denied: ', and not used now',
} as const;

export function knownTab(shop: Shop, redraw: () => void): Tab {
  let shown = '';
  let wish: Wish = noWish;

  const categoriesOf = (item: string) => shop.catalogue.get(item)?.categories ?? [];

  async function forget(request: Parameters<Shop['recluse']['forget']>[0]): Promise<void> {
    const count = await shop.recluse.forget(request);
    notice(`${count} ${lineWord(count)} forgotten.`);
    redraw();
  }

  async function draw(): Promise<Markup> {
    const [document, { storage }] = await Promise.all([shop.recluse.export(), shop.recluse.status()]);
    const seen = document.interactions.filter(({ type }) => type === 'impression');
    const lines = document.interactions.filter(({ type }) => type !== 'impression');
    if (document.interactions.length === 0 && document.compacted.length === 0)
      return html`<p class="empty">Nothing yet. Look around, put something into the basket, or try the shop as one of the sample shoppers.</p>`;

    const kinds = kindsOf(lines);
    if (!kinds.some(({ type }) => type === shown)) shown = '';
    const chosen = lines.filter(({ type }) => !shown || type === shown).toReversed();
    const drawn = chosen.toSorted((a, b) => b.time - a.time || b.seq - a.seq).slice(0, linesShown);
    const ofProduct = new Map<string, number>();
    for (const { item } of lines) if (item) ofProduct.set(item, (ofProduct.get(item) ?? 0) + 1);
    const departments = new Map<string, number>();
    for (const { item } of lines) {
      const name = shop.categoryOf(item);
      if (name) departments.set(name, (departments.get(name) ?? 0) + 1);
    }
    const conditions = conditionsOf(wish, Date.now());
    const rest = chosen.length - drawn.length;
    const memory = storage.kind === 'memory' && shop.consent === 'granted';
    return html`<p class="quiet-text">${lines.length} ${lineWord(lines.length)}, in this browser only${memory ? where.pending : where[shop.consent]}. Take out what you like; the shelves follow.</p>
<div class="form"><label>Show <select name="shown"><option value="">everything (${lines.length})</option>${kinds.map(({ type, name, count }) => html`<option value="${type}">${name} (${count})</option>`)}</select></label></div>
${sweepMarkup(
  wish,
  kinds,
  [...departments].sort(([, a], [, b]) => b - a).map(([name]) => name),
  conditions && linesMeeting(document.interactions, conditions, categoriesOf).length,
)}
${seenMarkup(seen)}${sumsMarkup(document)}
${byDay(drawn, Date.now()).map(
  ({ day, lines }, place) =>
    html`<details class="day"${place < 3 && html` open`}><summary>${day} <small>${lines.length}</small></summary><ul class="known" role="list">${lines.map((line) => lineMarkup(shop, line, ofProduct.get(line.item) ?? 0))}</ul></details>`,
)}${rest > 0 && html`<p class="quiet-text">And ${rest} older ${lineWord(rest)}. “Save a copy” under “Yours” holds them all.</p>`}`;
  }

  return {
    draw,
    values: () => ({
      shown,
      ...Object.fromEntries(Object.entries(wish).map(([name, value]) => [`sweep-${name}`, value])),
    }),
    async press(deed, { dataset }) {
      if (deed === 'forget-line') await shop.recluse.forget({ interaction: dataset.forget! });
      if (deed === 'forget-product') await forget({ item: dataset.item! });
      if (deed === 'forget-seen') await forget({ type: 'impression' });
      const conditions = deed === 'sweep' && conditionsOf(wish, Date.now());
      if (conditions) {
        await forget(conditions);
        wish = noWish;
        redraw();
      }
    },
    change({ name, value }) {
      if (name === 'shown') shown = value;
      else wish = { ...wish, [name.replace('sweep-', '')]: value };
      redraw();
    },
  };
}
