/** How it runs: the machinery, its speed, the pack and its measured quality. */
import { RecluseError } from 'recluse';
import { html, type Markup } from '../markup.ts';
import { median } from '../median.ts';
import { notice } from '../notice.ts';
import { problemInWords } from '../problems.ts';
import type { Shop } from '../shop.ts';
import { bytes, duration, milliseconds } from '../words.ts';
import type { Tab } from './tab.ts';

/** A line through the newest times, the newest on the right. */
function sparkline(times: readonly number[]): Markup {
  if (times.length < 2) return html``;
  const top = Math.max(...times) || 1;
  const step = 240 / (times.length - 1);
  const points = times
    .map((time, place) => `${(place * step).toFixed(1)},${(38 - (time / top) * 34).toFixed(1)}`)
    .join(' ');
  return html`<svg class="spark" viewBox="0 0 240 40" preserveAspectRatio="none" role="img" aria-label="Times of the last ${times.length} rankings, the longest ${milliseconds(top)}"><polyline points="${points}"></polyline></svg>`;
}

interface Figure {
  split: string;
  targets?: string;
  model: string;
  metric: string;
  value: number;
}

const isFigure = (figure: unknown): figure is Figure =>
  typeof figure === 'object' &&
  figure !== null &&
  'model' in figure &&
  'metric' in figure &&
  'value' in figure;

/** The model card's figures as a table: a model a row, a metric a column, all targets of the first split. */
function cardTable(card: unknown): Markup {
  const given = typeof card === 'object' && card !== null && 'figures' in card ? card.figures : [];
  const figures = (Array.isArray(given) ? given : []).filter(isFigure);
  const split = figures[0]?.split;
  const shown = figures.filter((figure) => figure.split === split && (figure.targets ?? 'all') === 'all');
  if (shown.length === 0) return html``;
  const metrics = [...new Set(shown.map(({ metric }) => metric))];
  const models = [...new Set(shown.map(({ model }) => model))];
  const value = (model: string, metric: string) =>
    shown.find((figure) => figure.model === model && figure.metric === metric)?.value;
  const best = new Map(
    metrics.map((metric) => [metric, Math.max(...models.map((model) => value(model, metric) ?? 0))]),
  );
  return html`<h3>Measured before it came here</h3><div class="table-scroll" tabindex="0" role="region" aria-label="Figures of the model card"><table><caption>${split}</caption><thead><tr><th scope="col">model</th>${metrics.map((metric) => html`<th scope="col">${metric}</th>`)}</tr></thead><tbody>${models.map(
    (model) =>
      html`<tr><th scope="row">${model}</th>${metrics.map((metric) => {
        const figure = value(model, metric);
        const text = figure === undefined ? '' : figure.toFixed(3).replace(/^0/, '');
        return html`<td>${figure !== undefined && figure === best.get(metric) ? html`<b>${text}</b>` : text}</td>`;
      })}</tr>`,
  )}</tbody></table></div>`;
}

const tiers = {
  popular: 'lists that are the same for everybody',
  linear: 'the light model (item to item)',
  model: 'the full model',
} as const;

/** How old the oldest of the lists on the page is. */
function ageOfLists({ lists, arrivals }: Shop): string {
  const now = performance.now();
  const ages = [...lists].map(
    ([placement, { staleness }]) => staleness + now - (arrivals.get(placement) ?? now),
  );
  if (ages.length === 0) return 'not asked for yet';
  const oldest = Math.max(...ages);
  return oldest < 60_000 ? 'made less than a minute ago' : `the oldest made ${duration(oldest)} ago`;
}

async function machine(shop: Shop): Promise<Markup> {
  const { backend, pack, source, storage, network, phase, problems } = await shop.recluse.status({
    card: true,
  });
  const memory = (performance as Performance & { memory?: { usedJSHeapSize: number } }).memory
    ?.usedJSHeapSize;
  const facts: [string, string][] = [
    ['Lists come from', source ? tiers[source] : 'nowhere yet'],
    ['Scoring', backend.scoring === 'simd' ? 'WebAssembly with SIMD' : 'plain TypeScript'],
    [
      'Neural part',
      backend.model === null
        ? 'not running'
        : backend.model === 'webgpu'
          ? 'ONNX Runtime on WebGPU'
          : 'ONNX Runtime on WebAssembly',
    ],
    ['Because', backend.why],
    [
      'A ranking takes',
      shop.timings.length > 0
        ? `${milliseconds(median(shop.timings))} (half of the last ${shop.timings.length} were faster)`
        : 'not measured yet',
    ],
    ['Lists on this page', ageOfLists(shop)],
    ['Products', pack ? pack.items.toLocaleString('en') : '0'],
    ['Pack', pack ? `${pack.name}, version ${pack.version}, ${bytes(pack.bytes)}` : 'none'],
    ['Trained on data until', pack?.dataUntil.slice(0, 10) || 'unknown'],
    [
      'Kept in',
      storage.kind === 'indexeddb'
        ? 'IndexedDB, on this device'
        : `memory only: ${storage.why ?? 'storage is refused here'}`,
    ],
    ['Room on disk', storage.bytes === null ? 'the browser does not say' : bytes(storage.bytes)],
    ...(memory === undefined ? [] : [['Memory of this page', bytes(memory)] as [string, string]]),
    [
      'Fetched since the start',
      `${bytes(network.received)} in ${network.requests} ${network.requests === 1 ? 'request' : 'requests'}`,
    ],
    ['Now', phase === 'ready' ? 'nothing more will be fetched' : 'better lists may still come'],
  ];
  const troubles = [...new Set(problems.map(({ code }) => problemInWords(code, pack)))];
  return html`${troubles.length > 0 && html`<ul class="troubles">${troubles.map((trouble) => html`<li>${trouble}</li>`)}</ul>`}${sparkline(shop.timings)}<dl class="facts">${facts.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl><p><button type="button" class="quiet" data-do="newer">Look for a newer pack</button></p>${shop.measured && (await shop.measured.then((measured) => measured.draw()).catch(() => null))}${pack && cardTable(pack.card)}`;
}

export const machineTab = (shop: Shop, redraw: () => void): Tab => ({
  draw: () => machine(shop),
  async press(deed) {
    if (deed === 'watch' || deed === 'unwatch') {
      (await shop.measured)?.watch(deed === 'watch');
      redraw();
    }
    if (deed === 'teach' || deed === 'unteach') (await shop.measured)?.teach(deed === 'teach');
    if (deed !== 'newer') return;
    try {
      const another = await shop.recluse.refresh();
      notice(
        another
          ? 'A newer pack is here. The shelves follow it now.'
          : 'There is no newer pack. This one is the newest.',
      );
    } catch (error) {
      const { pack } = await shop.recluse.status();
      notice(problemInWords(error instanceof RecluseError ? error.code : 'pack-unreachable', pack));
    }
  },
});
