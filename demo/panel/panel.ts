/** "What this device knows": everything about the visitor, open to look at, correct, take along and erase. */
import { RecluseError } from 'recluse';
import { preload } from 'recluse/inspector';
import { announce } from '../announce.ts';
import { html } from '../markup.ts';
import { standardMix } from '../mix.ts';
import { notice } from '../notice.ts';
import type { Outgoing } from '../outgoing.ts';
import { icon } from '../picture.ts';
import { problemInWords } from '../problems.ts';
import type { Shop } from '../shop.ts';
import { knownTab } from './known.ts';
import { leftTab } from './left.ts';
import { machineTab } from './machine.ts';
import { reasonsTab } from './reasons.ts';
import type { Field, Tab } from './tab.ts';
import { tastesTab } from './tastes.ts';
import { yoursTab } from './yours.ts';

const tabs = [
  { id: 'knows', name: 'Knows', title: 'What it knows' },
  { id: 'thinks', name: 'Thinks', title: 'What it thinks' },
  { id: 'why', name: 'Why', title: 'Why this list' },
  { id: 'yours', name: 'Yours', title: 'Yours to decide' },
  { id: 'runs', name: 'Runs', title: 'How it runs' },
  { id: 'left', name: 'Left', title: 'What left this device' },
] as const;
type TabId = (typeof tabs)[number]['id'];

export interface Panel {
  open(tab?: TabId): void;
  /** Brings what is shown up to date, if the panel is open. */
  refresh(): Promise<void>;
}

/** Milliseconds of calm before the panel follows what is only seen or looked for. */
const calm = 300;

const frame = html`<div class="panel-head"><h2 id="panel-title">What this device knows</h2><button type="button" class="round" data-panel="close" aria-label="Close">${icon('close')}</button></div>
<div class="tabs" role="tablist" aria-label="What this device knows">${tabs.map(({ id, name, title }) => html`<button type="button" role="tab" id="tab-${id}" aria-controls="panel-body" aria-label="${title}" data-tab="${id}">${name}</button>`)}</div>
<div id="panel-body" role="tabpanel" tabindex="0"></div>
<div class="panel-notices" role="status"></div>
<p class="unseen panel-announcements" role="status" aria-live="polite"></p>
<div class="panel-foot"><button type="button" class="quiet" data-panel="pause" aria-pressed="false"></button><button type="button" class="quiet danger" data-panel="forget">${icon('bin')}<span>Forget all</span></button></div>
<div class="confirm" role="alertdialog" aria-label="Forget everything?" hidden><p>Forget everything that this device knows about you? It cannot be brought back, except from a copy that you have saved.</p><div><button type="button" class="primary danger" data-panel="really">Forget all</button><button type="button" class="quiet" data-panel="keep">Keep it</button></div></div>`;

/** Brings an element's content to what it should be; what is the same from the top keeps its elements, and with them the focus, and a slider its drag. */
function fillWith(container: HTMLElement, text: string): void {
  const made = document.createElement('template');
  made.innerHTML = text;
  const before = [...container.childNodes];
  const after = [...made.content.childNodes];
  let same = 0;
  while (before[same]?.isEqualNode(after[same] ?? null)) same += 1;
  for (const node of before.slice(same)) node.remove();
  container.append(...after.slice(same));
}

/** Fills the dialog and wires it up. `forgotten` is called after everything was erased. */
export function createPanel(
  dialog: HTMLDialogElement,
  shop: Shop,
  outgoing: Outgoing,
  forgotten: () => void,
): Panel {
  let tab: TabId = 'knows';
  /** What the body shows, to leave it alone where nothing is to change. */
  let drawn = '';
  dialog.innerHTML = frame.text;
  // With the shelves there, and not when somebody looks: that is nobody's business.
  preload().catch(() => {});
  const body = dialog.querySelector<HTMLElement>('#panel-body')!;
  const plain = document.createElement('div');
  const confirm = dialog.querySelector<HTMLElement>('.confirm')!;
  const pause = dialog.querySelector<HTMLElement>('[data-panel="pause"]')!;

  /** What fails is told, and does not end the panel. */
  const told = (deed: void | Promise<void>) =>
    void Promise.resolve(deed).catch((error: unknown) =>
      notice(problemInWords(error instanceof RecluseError ? error.code : 'worker-failed', null)),
    );
  const redraw = () => told(refresh());
  const content: Record<TabId, Tab> = {
    knows: knownTab(shop, redraw),
    thinks: tastesTab(shop),
    why: reasonsTab(shop, redraw),
    yours: yoursTab(shop, redraw),
    runs: machineTab(shop, redraw),
    left: leftTab(shop, outgoing),
  };

  function drawFrame(): void {
    for (const button of dialog.querySelectorAll<HTMLElement>('[role="tab"]')) {
      const selected = button.dataset.tab === tab;
      button.setAttribute('aria-selected', String(selected));
      button.tabIndex = selected ? 0 : -1;
    }
    body.setAttribute('aria-labelledby', `tab-${tab}`);
    pause.setAttribute('aria-pressed', String(shop.paused));
    pause.innerHTML =
      html`${icon(shop.paused ? 'play' : 'pause')}<span>${shop.paused ? 'Learn again' : 'Pause'}</span>`.text;
  }

  /** What can hold the focus in the body. */
  const stops = () => [...body.querySelectorAll<HTMLElement>('button, summary, select, input, textarea')];
  /** Days that are folded, by name, for a name stays while lines come and go. */
  const folds = () =>
    new Map(
      [...body.querySelectorAll('details')].map((day) => [
        day.querySelector('summary')!.firstChild?.textContent,
        day.open,
      ]),
    );

  function draw(text: string): void {
    // Whoever removes one line after the other keeps the place; a field and a tool keep the focus wherever they are now.
    const focused = document.activeElement as HTMLElement;
    const at = stops().indexOf(focused);
    const field = focused instanceof HTMLElement && at >= 0 ? focused.getAttribute('name') : null;
    const before = body.dataset.shown === tab ? folds() : new Map();
    const { scrollTop } = body;
    const { inspector = plain } = content[tab];
    fillWith(inspector, text);
    // What stands there already is not put there again: the focus would be lost.
    if (body.firstChild !== inspector) body.replaceChildren(inspector);
    body.dataset.shown = tab;
    for (const [name, open] of before)
      for (const day of body.querySelectorAll('details'))
        if (day.querySelector('summary')!.firstChild?.textContent === name) day.open = open;
    body.scrollTop = scrollTop;
    if (at < 0 || document.activeElement === focused) return;
    const same = field && body.querySelector<HTMLElement>(`[name="${field}"]:not([type="radio"])`);
    const heir = same || stops()[Math.min(at, stops().length - 1)] || body;
    heir.focus({ preventScroll: true });
  }

  function fill(values: Readonly<Record<string, string>>): void {
    for (const field of body.querySelectorAll<Field>('select, input, textarea')) {
      const value = values[field.name];
      if (value === undefined) continue;
      if (field instanceof HTMLInputElement && field.type === 'radio') field.checked = field.value === value;
      else if (field.value !== value) field.value = value;
    }
  }

  async function refresh(): Promise<void> {
    if (!dialog.open) return;
    drawFrame();
    const asked = tab;
    const made = (await content[asked].draw()).text;
    if (asked !== tab) return;
    if (drawn !== made || body.dataset.shown !== asked) draw(made);
    drawn = made;
    fill(content[asked].values?.() ?? {});
  }

  async function choose(next: TabId): Promise<void> {
    tab = next;
    await refresh();
    body.scrollTop = 0;
  }

  /** Also what changes no list comes to be seen at once, whichever tab of the browser it happened in. */
  async function follow(signal: AbortSignal): Promise<void> {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    for await (const _ of shop.recluse.interactions({ signal })) {
      clearTimeout(waiting);
      waiting = setTimeout(redraw, calm);
    }
  }
  let following = new AbortController();

  async function forgetAll(): Promise<void> {
    await shop.recluse.forget('everything');
    shop.clear();
    shop.mix = standardMix;
    confirm.hidden = true;
    announce('Everything is forgotten.');
    forgotten();
    await choose('knows');
    body.focus();
  }

  dialog.addEventListener('click', (event) => {
    const target = event.target as HTMLElement;
    // The dialog itself is only hit beside its content: on the backdrop.
    if (target === dialog) return dialog.close();
    const button = target.closest<HTMLElement>('[data-tab], [data-panel], [data-do]');
    if (!button) return;
    const { tab: next, panel: deed, do: inTab } = button.dataset;
    if (next) told(choose(next as TabId));
    if (inTab) told(content[tab].press?.(inTab, button));
    if (deed === 'close') dialog.close();
    if (deed === 'pause') told(shop.agree(shop.paused ? 'granted' : 'denied'));
    if (deed === 'really') told(forgetAll());
    if (deed === 'forget' || deed === 'keep') {
      confirm.hidden = deed === 'keep';
      dialog
        .querySelector<HTMLElement>(deed === 'keep' ? '[data-panel="forget"]' : '[data-panel="keep"]')
        ?.focus();
    }
  });
  dialog.addEventListener('keydown', (event) => {
    const tabButton = (event.target as Element).closest<HTMLElement>('[role="tab"]');
    if (!tabButton) return;
    const at = tabs.findIndex(({ id }) => id === tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    const { id } = tabs[to % tabs.length]!;
    told(choose(id));
    dialog.querySelector<HTMLElement>(`#tab-${id}`)?.focus();
  });
  body.addEventListener('change', ({ target }) => told(content[tab].change?.(target as Field)));
  body.addEventListener('input', ({ target }) => content[tab].input?.(target as Field));
  dialog.addEventListener('close', () => {
    confirm.hidden = true;
    following.abort();
  });

  return {
    open(next = 'knows') {
      if (!dialog.open) {
        dialog.showModal();
        following = new AbortController();
        told(follow(following.signal));
      }
      told(choose(next));
    },
    refresh,
  };
}
