/** How it runs: the machinery and its speed. The SDK's panel says what is kept, and what the shelves lead to. */
import { RecluseError } from 'recluse';
import { html, type Markup } from '../markup.ts';
import { median } from '../median.ts';
import { notice } from '../notice.ts';
import { problemInWords } from '../problems.ts';
import type { Shop } from '../shop.ts';
import { bytes, duration, milliseconds } from '../words.ts';
import { inspectorOf } from './inspector.ts';
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
  const { backend, pack, network, phase, problems } = await shop.recluse.status();
  const memory = (performance as Performance & { memory?: { usedJSHeapSize: number } }).memory
    ?.usedJSHeapSize;
  const facts: [string, string][] = [
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
    ...(memory === undefined ? [] : [['Memory of this page', bytes(memory)] as [string, string]]),
    [
      'Fetched since the start',
      `${bytes(network.received)} in ${network.requests} ${network.requests === 1 ? 'request' : 'requests'}`,
    ],
    ['Now', phase === 'ready' ? 'nothing more will be fetched' : 'better lists may still come'],
  ];
  const troubles = [...new Set(problems.map(({ code }) => problemInWords(code, pack)))];
  const measured = await shop.measured?.then((measured) => measured.draw()).catch(() => null);
  return html`<div slot="above">${troubles.length > 0 && html`<ul class="troubles">${troubles.map((trouble) => html`<li>${trouble}</li>`)}</ul>`}${sparkline(shop.timings)}<dl class="facts">${facts.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl><p><button type="button" class="quiet" data-do="newer">Look for a newer pack</button></p></div>${measured && html`<div slot="metrics">${measured}</div>`}`;
}

export const machineTab = (shop: Shop, redraw: () => void): Tab => ({
  draw: () => machine(shop),
  inspector: inspectorOf(shop, 'kept metrics'),
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
