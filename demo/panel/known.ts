/** What this device knows: every line of it, day by day, each with a button that removes it. */
import type { StoredInteraction } from 'recluse';
import { labelOf } from '../label.ts';
import { html, type Markup } from '../markup.ts';
import { icon, picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Shop } from '../shop.ts';
import { deed } from '../words.ts';

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

function lineMarkup(shop: Shop, { id, item, type, value }: StoredInteraction): Markup {
  const product = shop.catalogue.get(item);
  const name = product ? labelOf(product).name : `product ${item}`;
  const said = type === 'rating' ? `rated ${value ?? 0} of 5` : deed(type);
  return html`<li><span class="tiny">${picture(product ? pictureOf(product) : 'package')}</span><span class="known-name">${name}<small>${said}</small></span><button type="button" class="round" data-forget="${id}" aria-label="Forget: ${said} ${name}">${icon('bin')}</button></li>`;
}

export async function known(shop: Shop): Promise<Markup> {
  const { storage } = await shop.recluse.status();
  const history = await shop.recluse.history({ limit: linesShown });
  if (history.length === 0)
    return html`<p class="empty">Nothing yet. Look around, put something into the basket, or try the shop as one of the sample shoppers.</p>`;
  const rest = storage.interactions - history.length;
  return html`<p class="quiet-text">${storage.interactions} ${storage.interactions === 1 ? 'line' : 'lines'}, in this browser only${storage.kind === 'memory' && ', and only until this tab is closed'}. Take out what you like; the shelves follow.</p>
${byDay(history, Date.now()).map(
  ({ day, lines }, place) =>
    html`<details class="day"${place < 3 && html` open`}><summary>${day} <small>${lines.length}</small></summary><ul class="known" role="list">${lines.map((line) => lineMarkup(shop, line))}</ul></details>`,
)}${rest > 0 && html`<p class="quiet-text">And ${rest} older ${rest === 1 ? 'line' : 'lines'}. “Save a copy” below holds them all.</p>`}`;
}
