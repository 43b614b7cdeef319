/** The page that is measured: what an app does, on the built SDK. Driven by `bench.mjs`. */
import { wrap } from 'comlink';
import type * as sdk from '../../../src/index.ts';
import { everything, rulesFor } from './everything.ts';
import type { Floor } from './floor-worker.ts';
import { brief, type Times, timed } from './times.ts';

const { createRecommender } = (await import(
  /* @vite-ignore */ new URL('/sdk/index.js', location.href).href
)) as typeof sdk;

const packNamed = (name: string) => new URL(`/${name}/manifest.json`, location.href).href;

/** Purchases of items all over the catalogue, spread over three months, some of them again and again. */
async function madeUpHistory(manifestUrl: string, count: number): Promise<sdk.Interaction[]> {
  const manifest = await (await fetch(manifestUrl)).json();
  const { ids } = await (await fetch(new URL(manifest.files.items.path, manifestUrl))).json();
  const days = 86_400_000;
  return Array.from({ length: count }, (_, index) => ({
    type: 'purchase',
    item: ids[((index % 60) * 83) % ids.length],
    time: Date.now() - (90 * days * (count - index)) / count,
    value: 2.5,
  }));
}

const bench = {
  /** From the start of the navigation to the first list, and to the first that the model made. */
  async firstList(pack: string): Promise<{ firstList: number; source: string; modelList: number }> {
    const recluse = await createRecommender({ pack: packNamed(pack), name: pack });
    const { source } = await recluse.recommend();
    const firstList = performance.now();
    await recluse.ready();
    await recluse.recommend({ source: 'model' });
    const modelList = performance.now();
    await recluse.close();
    return { firstList, source, modelList };
  },

  /** `recommend()` as the page sees it, and the part of it spent in the worker. */
  async recommend(pack: string, events: number): Promise<Record<string, Times>> {
    const recluse = await createRecommender({ pack: packNamed(pack), name: `${pack}-latency` });
    await recluse.track(await madeUpHistory(packNamed(pack), events));
    await recluse.ready();
    const results: Record<string, Times> = {};
    let moment = 0;
    const measure = async (name: string, source: 'linear' | 'model', hour: () => number) => {
      const inWorker: number[] = [];
      results[name] = await timed(async () => {
        const list = await recluse.recommend({ source, context: { hour: hour() } });
        if (list.source !== source || list.interactions !== events)
          throw new Error(
            `Asked ${source} about ${events} events, but ${list.source} answered about ${list.interactions}.`,
          );
        inWorker.push(list.milliseconds);
      });
      results[`${name}, within the worker`] = brief(inWorker.slice(-results[name].runs));
    };
    // Another hour each time: scores of the same moment are shared, and would be measured as free.
    const anotherHour = () => moment++ % 24;
    await measure('linear', 'linear', anotherHour);
    await measure('model', 'model', anotherHour);
    await measure('model, another shelf of the same page', 'model', () => 12);
    await recluse.close();
    return results;
  },

  /** A plain list and one with everything that can be asked for, in turn, so that both have the same weather. */
  async everything(pack: string, events: number): Promise<Record<string, Times>> {
    const recluse = await createRecommender({ pack: packNamed(pack), name: `${pack}-everything` });
    await recluse.track(await madeUpHistory(packNamed(pack), events));
    await recluse.ready();
    const displays = await recluse.items();
    const departments = [...new Set(displays.map(({ categories }) => categories[0]!))];
    const request = { ...everything, rules: rulesFor(departments) };
    const times: Record<'plain' | 'everything', number[]> = { plain: [], everything: [] };
    const warm = 30;
    for (let run = 0; run < 330; run++) {
      // Another hour each time: scores of the same moment are shared, and would be measured as free.
      const context = { hour: run % 24 };
      for (const [name, asked] of [
        ['plain', {}],
        ['everything', request],
      ] as const) {
        // In another hour as well: the second must not find the first one's scores.
        const start = performance.now();
        const { source, interactions } = await recluse.recommend({
          ...asked,
          context: name === 'plain' ? context : { hour: (run + 12) % 24 },
        });
        if (source !== 'model' || interactions !== events) throw new Error(`${source} answered.`);
        if (run >= warm) times[name].push(performance.now() - start);
      }
    }
    await recluse.close();
    return { plain: brief(times.plain), everything: brief(times.everything) };
  },

  /** Every stage of the pipeline by itself. */
  async stages(pack: string, events: number): Promise<Record<string, Times>> {
    const worker = new Worker(new URL('./floor-worker.ts', import.meta.url), { type: 'module' });
    const results = await wrap<Floor>(worker).stages(
      packNamed(pack),
      await madeUpHistory(packNamed(pack), events),
    );
    worker.terminate();
    return results;
  },

  async floor(pack: string, events: number): Promise<Record<string, Times>> {
    const worker = new Worker(new URL('./floor-worker.ts', import.meta.url), { type: 'module' });
    const floor = wrap<Floor>(worker);
    const list = Array.from({ length: 10 }, (_, position) => ({
      id: `item-${position}`,
      score: 1 / 3,
      position,
    }));
    const results = {
      'comlink echo of a list': await timed(() => floor.echo(list)),
      ...(await floor.pieces(packNamed(pack), await madeUpHistory(packNamed(pack), events))),
    };
    worker.terminate();
    return results;
  },

  /** A recommender that stays, so that its memory can be looked at. */
  async stay(pack: string, events: number): Promise<void> {
    const recluse = await createRecommender({ pack: packNamed(pack), name: `${pack}-memory` });
    await recluse.track(await madeUpHistory(packNamed(pack), events));
    await recluse.ready();
    for (let run = 0; run < 20; run++) await recluse.recommend();
  },

  /** Bytes by kind of context, as the browser counts them. Null where it does not. */
  async memory(): Promise<{ page: number; worker: number } | null> {
    interface Measurement {
      breakdown: { bytes: number; attribution: { scope: string }[] }[];
    }
    const measure = (performance as { measureUserAgentSpecificMemory?: () => Promise<Measurement> })
      .measureUserAgentSpecificMemory;
    if (!measure) return null;
    const { breakdown } = await measure.call(performance);
    const of = (test: (scope: string) => boolean) =>
      breakdown
        .filter(({ attribution }) => attribution.some(({ scope }) => test(scope)))
        .reduce((sum, { bytes }) => sum + bytes, 0);
    return { page: of((scope) => scope === 'Window'), worker: of((scope) => scope.includes('Worker')) };
  },
};

export type Bench = typeof bench;

Object.assign(window, { bench });
