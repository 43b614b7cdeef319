/**
 * Recluse by a script tag, without a bundler and without code: built as `recluse.script.js`, a classic script.
 *
 * ```html
 * <script src="/recluse/recluse.script.js" data-pack="/pack/manifest.json" data-collect="datalayer"></script>
 * <recluse-shelf placement="home">…</recluse-shelf>
 * ```
 */
import { collect } from './collect.ts';
import { provide } from './element.ts';
import { createRecommender, RecluseError, type Recommender, type RecommenderOptions } from './index.ts';
import { type Early, keepEarly } from './script/early.ts';
import { said } from './script/start-worker.ts';

/** Calls a method of the tag's recommender by its name; resolves as that does. */
export type Command = (method: string, ...given: unknown[]) => Promise<unknown>;

/** What a page finds as `window.Recluse`. */
export interface RecluseScript {
  /** The recommender of `data-pack`; rejects where there is no such attribute. */
  readonly ready: Promise<Recommender>;
  readonly createRecommender: typeof createRecommender;
  readonly collect: typeof collect;
  /** Gives shelves that name no pack another recommender than that of `data-pack`. */
  readonly provide: typeof provide;
}

/** What was called before the script was there: `function recluse() { (recluse.q = recluse.q || []).push(arguments) }`. */
interface Stub {
  q?: ArrayLike<unknown>[];
}

declare global {
  var Recluse: RecluseScript | undefined;
}

/** Not declared for everybody: `recluse` is what many pages call their own recommender. */
const page = globalThis as unknown as { recluse?: Command | Stub };

/** `data-pack`, `data-name`, `data-up-to`, `data-consent`, `data-catalogue="off"`: the recommender's options of these names. */
function options(): RecommenderOptions {
  const { pack = '', name, upTo, consent, catalogue } = said;
  // What is no such word the recommender refuses, and says so.
  return Object.assign(
    { pack },
    name && { name },
    upTo && { upTo: upTo as 'model' },
    consent && { consent: consent as 'granted' },
    catalogue === 'off' && { catalogue: false },
  );
}

function start(): Promise<Recommender> {
  return said.pack === undefined
    ? Promise.reject(
        new RecluseError('invalid-argument', 'The script tag says no data-pack.', { field: 'pack' }),
      )
    : createRecommender(options());
}

/** Runs once, also where a page has the tag twice. */
function install(): void {
  const ready = start();
  if (said.pack === undefined) ready.catch(() => {});
  else {
    ready.catch((error: Error) => console.warn(error.message));
    provide(ready);
  }

  /** `data-collect`: any of `impressions`, `datalayer`, `jsonld`, `shopify`, between spaces. Shelves collect for themselves. */
  const sources = new Set(said.collect?.toLowerCase().split(/\s+/).filter(Boolean));
  if (said.pack !== undefined && sources.size > 0)
    collect(ready, {
      impressions: sources.has('impressions'),
      dataLayer: sources.has('datalayer'),
      jsonLd: sources.has('jsonld'),
      shopify: sources.has('shopify'),
    });

  /** Until the worker is there. */
  let early: Early | undefined = keepEarly(said.name, said.consent);
  const end = () => {
    early?.end();
    early = undefined;
  };
  ready.then(end, end);

  async function command(method: string, ...called: unknown[]): Promise<unknown> {
    const given = early ? early.note(method, called) : called;
    const methods = (await ready) as unknown as Record<string, (...given: unknown[]) => unknown>;
    if (!Object.hasOwn(methods, method) || typeof methods[method] !== 'function')
      throw new RecluseError('invalid-argument', `A recommender has no method ${method}.`, {
        field: 'method',
      });
    return methods[method](...given);
  }

  const calls = (page.recluse as Stub | undefined)?.q;
  page.recluse = command;
  globalThis.Recluse = { ready, createRecommender, collect, provide };
  for (const call of calls ?? []) {
    const [method, ...given] = Array.from(call);
    // Nobody waits for these: what goes wrong must be heard.
    command(String(method), ...given).catch((error: Error) => console.warn(error.message));
  }
}

if (!globalThis.Recluse) install();
