/** What the visitor really saw and clicked, of the elements that the site has marked. */
import type { Report } from './report.ts';
import type { EventItem, RawItem } from './shop-event.ts';

/** What the advertising standard calls viewable: half of it, for a second without a break (MRC, Viewable Impression Guidelines). */
const half = 0.5;
const second = 1000;

/** So many elements are dealt with in one go: the page must not feel it. */
const atOnce = 50;

const marked = '[data-recluse-item],[data-recluse-view]';
const watchedAttributes = ['data-recluse-item', 'data-recluse-view', 'data-recluse-list'];

/** What is larger than the screen is seen in parts: reports at these shares tell when it fills half of the screen. */
const shares = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, half];

/** A product page's main part: how long it was seen so far. */
interface Dwelling {
  raw: RawItem;
  milliseconds: number;
}

/** Where elements are looked for. */
export type Root = Document | Element | ShadowRoot;

/** Where somebody watches at present: what lies in a root within another is the inner watcher's alone, or it would be told twice. */
const watched = new Map<Node, number>();

/** The nearest root around a node that somebody watches. */
function watchedAround(node: Node): Node | undefined {
  for (let at: Node | null = node; at; at = at.parentNode ?? (at instanceof ShadowRoot ? at.host : null))
    if (watched.has(at)) return at;
  return undefined;
}

/** Watches marked elements, those of later as well, until the signal: impressions, views with their dwell, and clicks. */
export function watchElements(root: Root, report: Report, signal: AbortSignal): void {
  /** Seen at present, and since when (page clock, milliseconds); undefined while the page is hidden. */
  const inView = new Map<Element, number | undefined>();
  /** For whose impression a second is still to pass. */
  const waiting = new Set<Element>();
  const counted = new WeakMap<Element, string>();
  const dwelling = new Map<Element, Dwelling>();
  let fresh: Element[] = [];
  /** Whether the next of them will be watched soon. */
  let soon = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const observer = new IntersectionObserver(seen, { threshold: shares });
  const mutations = new MutationObserver((changes) => {
    for (const { type, target, addedNodes, removedNodes } of changes) {
      for (const node of removedNodes) if (node instanceof Element && !node.isConnected) drop(node);
      for (const node of type === 'attributes' ? [target] : addedNodes)
        if (node instanceof Element) find(node);
    }
  });

  /** Watches what is marked in a part of the page: product views at once, the many others when there is time. */
  function find(part: Root): void {
    for (const element of markedIn(part)) {
      if (element.hasAttribute('data-recluse-view')) watch(element);
      else fresh.push(element);
    }
    if (fresh.length === 0 || soon) return;
    soon = true;
    later(watchSome);
  }

  function watchSome(): void {
    for (const element of fresh.splice(0, atOnce)) watch(element);
    soon = fresh.length > 0;
    if (soon) later(watchSome);
  }

  function watch(element: Element): void {
    if (!element.isConnected || watchedAround(element) !== root) return;
    const now = performance.now();
    const startAnew = () => {
      if (inView.get(element) !== undefined) inView.set(element, now);
      observer.observe(element);
    };
    if (element.hasAttribute('data-recluse-item') && counted.get(element) !== keyOf(element)) {
      waiting.add(element);
      startAnew();
      sweepLater();
    }
    const viewed = rawItem(element, 'data-recluse-view');
    if (viewed.id && viewed.id !== dwelling.get(element)?.raw.id && report.claimView(viewed)) {
      finish(element, now);
      dwelling.set(element, { raw: viewed, milliseconds: 0 });
      startAnew();
    }
  }

  /** Lets go of a part of the page that is gone. */
  function drop(part: Element): void {
    const now = performance.now();
    for (const element of markedIn(part)) {
      addDwell(element, now);
      inView.delete(element);
      waiting.delete(element);
      observer.unobserve(element);
      finish(element, now);
    }
  }

  function seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const { target, time } = entry;
      if (isHalfSeen(entry)) {
        if (!inView.has(target)) inView.set(target, visible() ? time : undefined);
      } else {
        addDwell(target, time);
        inView.delete(target);
      }
    }
    sweepLater();
  }

  function sweepLater(): void {
    if (timer !== undefined) return;
    let first = Number.POSITIVE_INFINITY;
    for (const element of waiting) first = Math.min(first, inView.get(element) ?? first);
    if (first < Number.POSITIVE_INFINITY)
      timer = setTimeout(sweep, Math.max(0, first + second - performance.now()));
  }

  /** Reports together what has been seen for a second; of many, some now and the others in a moment. */
  function sweep(): void {
    timer = undefined;
    // What has left meanwhile, but was not told yet.
    seen(observer.takeRecords());
    clearTimeout(timer);
    timer = undefined;
    const now = performance.now();
    const items: EventItem[] = [];
    for (const element of waiting) {
      const since = inView.get(element);
      if (since === undefined || since + second > now) continue;
      if (items.length === atOnce) break;
      waiting.delete(element);
      counted.set(element, keyOf(element));
      items.push(listed(element));
      if (!dwelling.has(element)) {
        observer.unobserve(element);
        inView.delete(element);
      }
    }
    if (items.length > 0) report.tell({ name: 'view_item_list', items });
    sweepLater();
  }

  function addDwell(element: Element, now: number): void {
    const dwell = dwelling.get(element);
    const since = inView.get(element);
    if (dwell && since !== undefined) dwell.milliseconds += Math.max(0, now - since);
  }

  /** Reports the view of a product whose element is gone, or whose page is hidden. */
  function finish(element: Element, now: number): void {
    const dwell = dwelling.get(element);
    if (!dwell) return;
    addDwell(element, now);
    dwelling.delete(element);
    const milliseconds = Math.round(dwell.milliseconds);
    if (milliseconds >= second)
      report.tell({ name: 'view_item', items: [{ raw: dwell.raw, dwell: milliseconds }] }, true);
  }

  function finishAll(now: number): void {
    for (const element of [...dwelling.keys()]) finish(element, now);
  }

  function onVisibility(event: Event): void {
    const now = performance.now();
    if (event.type === 'pagehide' || !visible()) {
      finishAll(now);
      for (const element of inView.keys()) inView.set(element, undefined);
      clearTimeout(timer);
      timer = undefined;
    } else {
      for (const element of inView.keys()) inView.set(element, now);
      sweepLater();
    }
  }

  function onClick(event: Event): void {
    if (event.type === 'auxclick' && (event as MouseEvent).button !== 1) return;
    const [target] = event.composedPath();
    if (!(target instanceof Element) || nearest(target, 'data-recluse-ignore')) return;
    const element = nearest(target, 'data-recluse-item');
    if (element && watchedAround(element) === root)
      report.tell({ name: 'select_item', items: [listed(element)] });
  }

  watched.set(root, (watched.get(root) ?? 0) + 1);
  find(root);
  mutations.observe(root, { childList: true, subtree: true, attributeFilter: watchedAttributes });
  const quietly = { capture: true, passive: true, signal };
  for (const type of ['click', 'auxclick']) root.addEventListener(type, onClick, quietly);
  // At the window, on the way down: before the recommender puts into its outbox what is not stored yet.
  for (const type of ['visibilitychange', 'pagehide']) addEventListener(type, onVisibility, quietly);
  signal.addEventListener('abort', () => {
    const others = watched.get(root)! - 1;
    if (others > 0) watched.set(root, others);
    else watched.delete(root);
    finishAll(performance.now());
    observer.disconnect();
    mutations.disconnect();
    clearTimeout(timer);
    fresh = [];
    waiting.clear();
  });
}

const visible = (): boolean => document.visibilityState === 'visible';

function isHalfSeen({ intersectionRatio, intersectionRect, rootBounds }: IntersectionObserverEntry): boolean {
  // Half of a pixel may be lost to rounding.
  if (intersectionRatio >= half - 0.01) return true;
  return rootBounds !== null && intersectionRatio > 0 && intersectionRect.height >= rootBounds.height * half;
}

/** The element itself or the nearest around it that has the attribute, out of shadow roots as well. */
function nearest(element: Element, attribute: string): Element | undefined {
  for (let at: Element | undefined = element; at; ) {
    const found: Element | null = at.closest(`[${attribute}]`);
    if (found) return found;
    const root = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : undefined;
  }
  return undefined;
}

function markedIn(part: Root): Element[] {
  const inside = [...part.querySelectorAll(marked)];
  return part instanceof Element && part.matches(marked) ? [part, ...inside] : inside;
}

function inherited(element: Element, attribute: string): string | undefined {
  return nearest(element, attribute)?.getAttribute(attribute) ?? undefined;
}

function rawItem(element: Element, attribute: string): RawItem {
  return { source: 'element', id: element.getAttribute(attribute) ?? undefined, data: element };
}

function keyOf(element: Element): string {
  return `${element.getAttribute('data-recluse-item')} ${inherited(element, 'data-recluse-list')}`;
}

/** An element's item with where it stands. */
function listed(element: Element): EventItem {
  return {
    raw: rawItem(element, 'data-recluse-item'),
    list: inherited(element, 'data-recluse-list'),
    position: inherited(element, 'data-recluse-position'),
    placement: inherited(element, 'data-recluse-placement'),
  };
}

/** When the page has nothing better to do, at the latest after half a second. */
function later(work: () => void): unknown {
  return 'requestIdleCallback' in window ? requestIdleCallback(work, { timeout: 500 }) : setTimeout(work, 50);
}
