/** What the shelves lead to, counted on this device: for the panel, and comes after the shelves. */
import type { Interaction } from 'recluse';
import { collect } from 'recluse/collect';
import { type LearnedSummary, learned } from 'recluse/learn';
import { type Metrics, metrics } from 'recluse/measure';
import { html, type Markup } from './markup.ts';
import { recall, remember } from './remember.ts';
import type { Shop } from './shop.ts';
import { bytes, milliseconds } from './words.ts';

/** Days and positions that are drawn. */
const drawn = 14;

const percent = (share: number | null): string => (share === null ? '' : `${(share * 100).toFixed(1)} %`);

/** Bars side by side, as high as their numbers. */
function bars(values: readonly { name: string; value: number }[], what: string): Markup {
  const top = Math.max(...values.map(({ value }) => value));
  if (values.length === 0 || top === 0) return html``;
  const width = 240 / values.length;
  const told = values.map(({ name, value }) => `${name}: ${value}`).join(', ');
  return html`<h4>${what}</h4><svg class="spark" viewBox="0 0 240 40" preserveAspectRatio="none" role="img" aria-label="${what}. ${told}">${values.map(
    ({ value }, place) =>
      html`<rect x="${(place * width).toFixed(1)}" y="${(40 - (value / top) * 38).toFixed(1)}" width="${(width * 0.8).toFixed(1)}" height="${((value / top) * 38).toFixed(1)}"></rect>`,
  )}</svg>`;
}

function shelvesTable({ placements }: Metrics): Markup {
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="What each shelf leads to"><table><thead><tr>${['shelf', 'seen', 'opened', 'basket', 'bought', 'opened of seen'].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${placements.map(
    ({ placement, impressions, clicks, carts, purchases, ctr }) =>
      html`<tr><th scope="row">${placement || 'elsewhere on the page'}</th>${[impressions, clicks, carts, purchases].map((count) => html`<td>${count}</td>`)}<td>${percent(ctr)}</td></tr>`,
  )}</tbody></table></div>`;
}

function facts({ repeated, novelty, coverage, latency }: Metrics): Markup {
  const said: [string, string][] = [
    ['Shown before', percent(repeated)],
    ['New to you', percent(novelty)],
    ['Products shown', `${coverage.items}${coverage.share === null ? '' : ` (${percent(coverage.share)})`}`],
    ...latency.map(({ source, p50, p95 }): [string, string] => [
      `Lists by ${source}`,
      p50 === null ? '' : `half within ${milliseconds(p50)}, 95 of 100 within ${milliseconds(p95!)}`,
    ]),
  ];
  return html`<dl class="facts">${said.map(([name, fact]) => fact && html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>`;
}

/** What the shelves have taught this device, and the switch. */
function taught(summary: LearnedSummary | undefined): Markup {
  if (!summary)
    return html`<h3>What the shelves teach</h3><p class="quiet-text">What you pass over teaches this device nothing, unless you want that. Then some places of a shelf try something, too.</p><p><button type="button" class="quiet" data-do="teach">Learn from what I pass over</button></p>`;
  const { feedback, categories } = summary;
  const named = categories.slice(0, 6);
  return html`<h3>What the shelves teach</h3><p class="quiet-text">${feedback === 0 ? 'Nothing yet: look at some shelves, and open what you like.' : `Learned from ${feedback} things seen and chosen. It took ${bytes(summary.bytes)}.`}</p>${
    named.length > 0 &&
    html`<ul class="plain">${named.map(({ category, outcome }) => html`<li>${category.toLowerCase()}: ${outcome > 0 ? 'more of it' : 'less of it'}</li>`)}</ul>`
  }<p><button type="button" class="quiet" data-do="unteach">Learn no more from what I pass over</button></p>`;
}

export interface Measured {
  /** The panel's section. */
  draw(): Promise<Markup>;
  /** Begins or ends to note what is seen; it holds at the next visit, too. */
  watch(on: boolean): void;
  /** Begins or ends to learn from it, when the page is there again. */
  teach(on: boolean): void;
}

/** Notes what is seen on the shelves, where the visitor has asked for that. */
export function measured(shop: Shop): Measured {
  let stop: (() => void) | undefined;

  /** The list of the shelf that something was seen on. */
  function withList(one: Interaction): Interaction {
    const list = one.placement === undefined ? undefined : shop.lists.get(one.placement);
    const item = list?.items.find(({ id }) => id === one.item);
    return list && item ? { ...one, list: list.id, position: item.position } : one;
  }

  function start(): void {
    stop ??= collect({
      track: (given) => shop.learn(...([given].flat() as Interaction[]).map(withList)),
    });
  }
  if (recall('watching', false)) start();

  return {
    async draw() {
      const counted = await metrics(shop.recluse);
      const summary = recall('learning', false)
        ? await learned(shop.recluse).catch(() => undefined)
        : undefined;
      const watching = stop !== undefined;
      const about = watching
        ? 'Noted on this device: which products you really saw, and which of them you opened.'
        : 'Which products you really see is not noted, unless you want to see what the shelves lead to.';
      return html`<h3>What the shelves lead to</h3><p class="quiet-text">${about}</p>${counted.placements.length > 0 && shelvesTable(counted)}${bars(
        counted.days
          .slice(-drawn)
          .map(({ day, impressions }) => ({ name: day ?? 'before', value: impressions })),
        'Products seen, by day',
      )}${bars(
        Array.from({ length: drawn }, (_, place) => ({
          name: `place ${place + 1}`,
          value: counted.positions
            .filter(({ position }) => position === place)
            .reduce((sum, { clicks }) => sum + clicks, 0),
        })),
        'Opened, by place on the shelf',
      )}${counted.total.impressions > 0 && facts(counted)}<p><button type="button" class="quiet" data-do="${watching ? 'unwatch' : 'watch'}">${watching ? 'Note no more what is seen' : 'Note what is seen'}</button></p>${taught(summary)}`;
    },
    teach(on) {
      remember('learning', on || undefined);
      // What is not noted teaches nothing.
      if (on) remember('watching', true);
      location.reload();
    },
    watch(on) {
      remember('watching', on || undefined);
      if (on) start();
      else {
        stop?.();
        stop = undefined;
      }
    },
  };
}
