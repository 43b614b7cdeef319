import { readGa4 } from './ga4.ts';
import type { ShopEvent } from './shop-event.ts';

/** What was read before, so that stopping and starting again tells nothing twice. */
const read = new WeakSet<object>();

/**
 * Reads a dataLayer: what lies in it already, and every later push. The site and Tag Manager see the same array, the same entries, and
 * what `push` returns; wrappers before and after this one go on working.
 *
 * @param name of the global; an array is made where there is none yet, as Tag Manager's own snippet does
 * @param signal stops it, and takes the wrapper off
 */
export function watchDataLayer(name: string, tell: (event: ShopEvent) => void, signal: AbortSignal): void {
  const globals = window as unknown as Record<string, unknown>;
  let watched: unknown;

  function take(entry: unknown): void {
    try {
      if (typeof entry === 'object' && entry !== null) read.add(entry);
      const event = readGa4(entry);
      if (event) tell(event);
    } catch {
      // Whatever the site pushes, its own code must not feel it.
    }
  }

  function attach(): void {
    globals[name] ??= [];
    const layer = globals[name];
    if (layer === watched || !Array.isArray(layer)) return;
    watched = layer;
    for (const entry of [...layer]) if (!read.has(entry)) take(entry);
    const own = Object.getOwnPropertyDescriptor(layer, 'push');
    const before = layer.push;
    function push(this: unknown, ...entries: unknown[]): unknown {
      const answer = Reflect.apply(before, this, entries);
      if (!signal.aborted) for (const entry of entries) take(entry);
      return answer;
    }
    const hidden = { configurable: true, writable: true, enumerable: own?.enumerable ?? false };
    // A frozen dataLayer can be read, but not followed.
    if (!Reflect.defineProperty(layer, 'push', { ...hidden, value: push })) return;
    signal.addEventListener('abort', () => {
      // Where another wrapper lies over this one, it has to stay, and only listens no more.
      if (layer.push !== push) return;
      if (own) Object.defineProperty(layer, 'push', own);
      else delete (layer as { push?: unknown }).push;
    });
  }

  if (signal.aborted) return;
  attach();
  // An inline `dataLayer = [...]` further down puts another array in its place.
  addEventListener('load', attach, { signal });
}
