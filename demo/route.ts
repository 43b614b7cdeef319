/** Pages by address. Links are plain links; this only spares the reload. */
import type { ListChange } from 'recluse';

/** What the main part of the window shows. */
export interface Page {
  /** For the window's title. */
  readonly title: string;
  readonly element: HTMLElement;
  /** Asks for the page's lists again and resolves when they are shown. */
  refresh(): Promise<void>;
  /** Shows more of one shelf, where the page's shelves go on. */
  goOn?(placement: string): Promise<void>;
  /** Lists that were made in advance are others now. */
  change?(lists: readonly ListChange[]): void;
}

export interface Router {
  readonly page: Page | undefined;
  /** Goes to an address of the shop. `replace`: without a new entry in the history. */
  go(address: string, options?: { replace?: boolean }): Promise<void>;
}

interface RouterOptions {
  /** Makes the page of an address. The page before stays until it is made. */
  open(address: URL): Promise<Page>;
  /** Brings the new page into the window. */
  show(page: Page, before: Page | undefined): Promise<void>;
}

/** Starts routing with the address that the window has now. */
export function startRouter({ open, show }: RouterOptions): Router {
  let page: Page | undefined;
  let latest = 0;
  history.scrollRestoration = 'manual';

  async function enter(scroll: number | null): Promise<void> {
    latest += 1;
    const turn = latest;
    const next = await open(new URL(location.href));
    // Somebody has already gone elsewhere.
    if (turn !== latest) return;
    const before = page;
    page = next;
    document.title = next.title;
    if (next !== before) await show(next, before);
    if (scroll !== null) scrollTo({ top: scroll, behavior: 'instant' });
  }

  async function go(address: string, { replace = false } = {}): Promise<void> {
    if (replace) history.replaceState({ top: 0 }, '', address);
    else {
      history.replaceState({ ...history.state, top: scrollY }, '');
      history.pushState({ top: 0 }, '', address);
    }
    await enter(replace ? null : 0);
  }

  addEventListener('popstate', ({ state }) => void enter(state?.top ?? 0));
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (
      !link ||
      !plain ||
      event.defaultPrevented ||
      link.origin !== location.origin ||
      link.target ||
      link.hasAttribute('download')
    )
      return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    void go(link.pathname + link.search);
  });

  void enter(null);
  return {
    get page() {
      return page;
    },
    go,
  };
}
