/** Starts the shop: the recommender, the pages, and what listens on them. The first shelves are in the page already. */
import { createRecommender, type Status } from 'recluse';
import { startActions } from './actions.ts';
import { announce } from './announce.ts';
import { Catalogue } from './catalogue.ts';
import { startFloating } from './floating.ts';
import { element, html } from './markup.ts';
import { notice } from './notice.ts';
import { countOutgoing } from './outgoing.ts';
import { basketPage } from './pages/basket.ts';
import { categoryPage } from './pages/category.ts';
import { homePage, wakeHome } from './pages/home.ts';
import { productPage } from './pages/product.ts';
import { type SearchPage, searchPage } from './pages/search.ts';
import type { Panel } from './panel/panel.ts';
import { drawPicturesFrom } from './picture.ts';
import { drawPill } from './pill.ts';
import { problemInWords } from './problems.ts';
import { onRemembered, recall } from './remember.ts';
import { type Page, type Router, startRouter } from './route.ts';
import { consentKept, Shop } from './shop.ts';
import { newToday, shopRules } from './shop-rules.ts';
import { replayed, type Shopper } from './shoppers.ts';

declare const __SPRITE__: string;
drawPicturesFrom(__SPRITE__);

const title = document.title;
const main = document.querySelector<HTMLElement>('#page')!;
const home = document.querySelector<HTMLElement>('#home')!;
const pill = document.querySelector<HTMLElement>('#pill')!;
const words = document.querySelector<HTMLInputElement>('#words')!;
const builtAisles = wakeHome(home);
// The page of another address takes a moment; until then the first page's shelves would only confuse.
main.classList.toggle('elsewhere', location.pathname !== '/');
const outgoing = countOutgoing();
const samples = import.meta.glob<Shopper[]>('./shoppers.json', { import: 'default' });

/** Refreshes one at a time; what is asked for meanwhile is one more refresh, not many. */
function oneAtATime(work: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await work().catch(() => {});
    }
    running = false;
  };
}

async function start(): Promise<void> {
  let shop: Shop | undefined;
  let router: Router | undefined;
  let panel: Panel | undefined;
  let status: Status | undefined;

  const starting = createRecommender({
    pack: '/pack/manifest.json',
    consent: consentKept(),
    measure: true,
    // Only where the visitor has asked for it: then some places of a shelf try something.
    ...(recall('learning', false) ? { learn: { explore: 'thompson', share: 0.15 } } : {}),
    rules: shopRules,
    // Not by `addItems`: that drops what was made in advance at the last visit, or leaves something on the device.
    items: [newToday],
    async onProblem({ code }) {
      // A worker that failed says nothing of what is here.
      const pack = await starting
        .then((recluse) => recluse.status())
        .then(
          (now) => now.pack,
          () => null,
        );
      notice(problemInWords(code, pack));
    },
  });
  const recluse = await starting;
  Object.assign(window, { recluse });

  function drawHeader(): void {
    const size = shop?.basket.size ?? 0;
    const count = document.querySelector('#basket-count')!;
    if (count.textContent !== String(size || '')) count.textContent = String(size || '');
    document.querySelector('#known-count')!.textContent = status
      ? String(Math.max(0, status.storage.interactions - (shop?.glances ?? 0)))
      : '';
    drawPill(pill, [...(shop?.lists.values() ?? [])], status);
  }

  const refresh = oneAtATime(async () => {
    await shop?.lookAtHidden();
    await router?.page?.refresh();
    status = await recluse.status();
    drawHeader();
    await panel?.refresh();
  });

  /** While one visitor is replaced by another, the shelves wait for the end of it. */
  let replacing = false;
  recluse.on('change', (event) => {
    status = event.status;
    if (event.reason === 'status') drawHeader();
    else if (event.lists) router?.page?.change?.(event.lists);
    else if (!replacing) refresh();
  });

  const catalogue = new Catalogue(await recluse.items());
  shop = new Shop(recluse, catalogue, () => {
    drawHeader();
    if (!replacing) refresh();
  });
  const theShop = shop;
  // Consent holds for the tab that is told; whoever says no in one means all.
  onRemembered('consent', () => void theShop.agree(consentKept()));
  const homeAgain = homePage(theShop, home, title, builtAisles);

  async function open({ pathname, searchParams }: URL): Promise<Page> {
    const [, kind, name = ''] = pathname.split('/');
    theShop.pinned.clear();
    try {
      if (kind === 'product') return await productPage(theShop, decodeURIComponent(name));
      if (kind === 'category') return await categoryPage(theShop, decodeURIComponent(name));
      if (kind === 'basket') return await basketPage(theShop);
      if (kind === 'search') {
        const asked = searchParams.get('q') ?? '';
        if (document.activeElement !== words) words.value = asked;
        return await searchPage(theShop, asked);
      }
    } catch {
      return nowhere();
    }
    if (kind) return nowhere();
    words.value = '';
    return homeAgain;
  }

  async function show(page: Page, before: Page | undefined): Promise<void> {
    main.classList.remove('elsewhere');
    if (main.firstElementChild !== page.element || main.childElementCount !== 1)
      main.replaceChildren(page.element);
    // The first page asks for its lists when it is there; so does the home page, which is kept, whenever it comes back.
    if (!before || page === homeAgain) refresh();
    if (!before) return;
    // Typing goes on in the field; everywhere else the reader begins at the new page's heading.
    if (document.activeElement !== words)
      page.element.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }

  router = startRouter({ open, show });
  const panelComes = import('./panel/panel.ts').then(({ createPanel }) => {
    const dialog = document.querySelector<HTMLDialogElement>('#panel')!;
    panel = createPanel(dialog, theShop, outgoing, () => markShopper(nobody));
    return panel;
  });
  panelComes.catch(() => {});
  // With the shelves there, and not when somebody looks: that is nobody's business.
  theShop.measured = import('./measured.ts').then(({ measured }) => measured(theShop));
  theShop.measured.catch(() => {});
  startFloating();
  startSearchField(router);

  if (theShop.playing) markShopper(theShop.playing.name);
  const shoppers = (await samples['./shoppers.json']?.()) ?? [];

  async function become(which: string): Promise<void> {
    const shopper = which === 'nobody' ? undefined : shoppers[Number(which)];
    replacing = true;
    theShop.clear();
    theShop.playing = shopper;
    markShopper(shopper?.name ?? nobody);
    try {
      await recluse.forget('everything');
      if (shopper) await recluse.track(replayed(shopper, Date.now()));
    } finally {
      replacing = false;
      refresh();
    }
    for (const row of home.querySelectorAll('.row')) row.scrollTo({ left: 0, behavior: 'smooth' });
    announce(
      shopper
        ? `The shop now knows ${shopper.name}: ${shopper.interactions.length} purchases.`
        : 'The shop knows nobody.',
    );
  }

  ready({
    shop: theShop,
    openPanel: (button) =>
      panelComes.then(
        (panel) => panel.open(button === pill ? 'runs' : 'knows'),
        () => notice('The panel did not arrive. The shop goes on without it.'),
      ),
    become: (which) => void become(which),
    goOn: (placement) => void router?.page?.goOn?.(placement).catch(() => {}),
  });
  // The first search makes the index; nobody should wait for that.
  requestIdleCallback?.(() => void recluse.searchByTaste('a', { limit: 0 }).catch(() => {}), {
    timeout: 5000,
  });
}

/** The name on the button of the empty start. */
const nobody = 'start empty';

function markShopper(name: string): void {
  for (const chip of document.querySelectorAll<HTMLElement>('[data-shopper]'))
    chip.setAttribute('aria-pressed', String(chip.textContent!.trim() === name));
}

function nowhere(): Page {
  return {
    title: 'Not on any shelf · Larder',
    element: element(
      html`<div class="calm"><h1 tabindex="-1">That is not on any shelf.</h1><p>It may have been sold under another number.</p><p><a class="primary" href="/">To the shelves</a></p></div>`,
    ),
    refresh: async () => {},
  };
}

function startSearchField(router: Router): void {
  let opening: Promise<void> | undefined;
  const ask = async () => {
    const address = () => `/search?q=${encodeURIComponent(words.value.trim())}`;
    if (location.pathname !== '/search') {
      if (!words.value.trim()) return;
      opening = router.go(address());
    }
    // Whoever types on while the page is being opened is answered when it is there.
    await opening;
    const { page } = router;
    if (!page || !('ask' in page)) return;
    history.replaceState(history.state, '', address());
    await (page as SearchPage).ask(words.value.trim());
    document.title = page.title;
  };
  words.addEventListener('input', () => void ask());
  words.form!.addEventListener('submit', (event) => {
    event.preventDefault();
    void ask().then(() => document.querySelector<HTMLElement>('#page .card a')?.focus());
  });
}

let ready: (deeds: Awaited<Parameters<typeof startActions>[0]>) => void = () => {};
startActions(
  new Promise((resolve) => {
    ready = resolve;
  }),
);
start().catch(() => {
  main.classList.remove('elsewhere');
  notice('The shelves cannot be arranged for you here. What everybody likes is still on them.');
});

if (import.meta.env.PROD && 'serviceWorker' in navigator)
  void navigator.serviceWorker.register('/sw.js').catch(() => {
    // Without it the shop works as long as there is a network.
  });
