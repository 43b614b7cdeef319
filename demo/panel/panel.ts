/** "What this device knows": everything about the visitor, open to look at, correct, take along and erase. */
import { announce } from '../announce.ts';
import { html, type Markup } from '../markup.ts';
import { notice } from '../notice.ts';
import type { Outgoing } from '../outgoing.ts';
import { icon } from '../picture.ts';
import type { Shop } from '../shop.ts';
import { known } from './known.ts';
import { left } from './left.ts';
import { machine } from './machine.ts';
import { reasons } from './reasons.ts';
import { thoughts } from './tastes.ts';

const tabs = [
  { id: 'knows', name: 'Knows', title: 'What it knows' },
  { id: 'thinks', name: 'Thinks', title: 'What it thinks' },
  { id: 'why', name: 'Why', title: 'Why this list' },
  { id: 'runs', name: 'Runs', title: 'How it runs' },
  { id: 'left', name: 'Left', title: 'What left this device' },
] as const;
type TabId = (typeof tabs)[number]['id'];

export interface Panel {
  open(tab?: TabId): void;
  /** Brings what is shown up to date, if the panel is open. */
  refresh(): Promise<void>;
}

const frame = html`<div class="panel-head"><h2 id="panel-title">What this device knows</h2><button type="button" class="round" data-panel="close" aria-label="Close">${icon('close')}</button></div>
<div class="tabs" role="tablist" aria-label="What this device knows">${tabs.map(({ id, name, title }) => html`<button type="button" role="tab" id="tab-${id}" aria-controls="panel-body" aria-label="${title}" data-tab="${id}">${name}</button>`)}</div>
<div id="panel-body" role="tabpanel" tabindex="0"></div>
<div class="panel-foot"><button type="button" class="quiet" data-panel="export">${icon('file')}<span>Save a copy</span></button><label class="quiet">${icon('open')}<span>Bring one back</span><input type="file" class="unseen" accept="application/json,.json"></label><button type="button" class="quiet" data-panel="pause" aria-pressed="false"></button><button type="button" class="quiet danger" data-panel="forget">${icon('bin')}<span>Forget all</span></button></div>
<div class="confirm" role="alertdialog" aria-label="Forget everything?" hidden><p>Forget everything that this device knows about you? It cannot be brought back, except from a copy that you have saved.</p><div><button type="button" class="primary danger" data-panel="really">Forget all</button><button type="button" class="quiet" data-panel="keep">Keep it</button></div></div>`;

/** Fills the dialog and wires it up. `forgotten` is called after everything was erased. */
export function createPanel(
  dialog: HTMLDialogElement,
  shop: Shop,
  outgoing: Outgoing,
  forgotten: () => void,
): Panel {
  let tab: TabId = 'knows';
  dialog.innerHTML = frame.text;
  const body = dialog.querySelector<HTMLElement>('#panel-body')!;
  const confirm = dialog.querySelector<HTMLElement>('.confirm')!;
  const pause = dialog.querySelector<HTMLElement>('[data-panel="pause"]')!;
  const file = dialog.querySelector('input')!;

  const content: Record<TabId, () => Markup | Promise<Markup>> = {
    knows: () => known(shop),
    thinks: () => thoughts(shop),
    why: () => reasons(shop),
    runs: () => machine(shop),
    left: () => left(shop, outgoing),
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

  async function refresh(): Promise<void> {
    if (!dialog.open) return;
    drawFrame();
    const asked = tab;
    const made = (await content[asked]()).text;
    if (asked !== tab || body.innerHTML === made) return;
    // Whoever removes one line after the other keeps the place.
    const buttons = () => [...body.querySelectorAll<HTMLElement>('button, summary')];
    const at = buttons().indexOf(document.activeElement as HTMLElement);
    const closed = new Set(
      [...body.querySelectorAll('details:not([open]) summary')].map((day) => day.firstChild?.textContent),
    );
    const opened = new Set(
      [...body.querySelectorAll('details[open] summary')].map((day) => day.firstChild?.textContent),
    );
    const { scrollTop } = body;
    body.innerHTML = made;
    body.dataset.shown = asked;
    for (const day of body.querySelectorAll('details')) {
      const name = day.querySelector('summary')!.firstChild?.textContent;
      if (closed.has(name)) day.open = false;
      if (opened.has(name)) day.open = true;
    }
    body.scrollTop = scrollTop;
    if (at >= 0) (buttons()[Math.min(at, buttons().length - 1)] ?? body).focus({ preventScroll: true });
  }

  async function choose(next: TabId): Promise<void> {
    tab = next;
    await refresh();
    body.scrollTop = 0;
  }

  async function save(): Promise<void> {
    const text = JSON.stringify(await shop.recluse.export(), null, 2);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = 'what-larder-knows.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async function bringBack(): Promise<void> {
    const [chosen] = file.files ?? [];
    file.value = '';
    if (!chosen) return;
    try {
      const { format, interactions } = JSON.parse(await chosen.text());
      if (format !== 'recluse-export' || !Array.isArray(interactions)) throw new Error('another format');
      await shop.recluse.track(interactions.map(({ seq: _, ...interaction }) => interaction));
      notice(`${interactions.length} lines are back.`);
    } catch {
      notice('That file is no copy of what a device knew. Nothing was changed.');
    }
  }

  async function forgetAll(): Promise<void> {
    await shop.recluse.forget('everything');
    shop.clear();
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
    const button = target.closest<HTMLElement>(
      '[data-tab], [data-panel], [data-forget], [data-hide], [data-show]',
    );
    const { tab: next, panel: deed, forget, hide, show } = button?.dataset ?? {};
    if (next) void choose(next as TabId);
    if (forget) void shop.recluse.forget({ interaction: forget });
    if (hide) shop.hide(hide);
    if (show) shop.show(show);
    if (deed === 'close') dialog.close();
    if (deed === 'export') void save();
    if (deed === 'pause') shop.paused = !shop.paused;
    if (deed === 'really') void forgetAll();
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
    void choose(id);
    dialog.querySelector<HTMLElement>(`#tab-${id}`)?.focus();
  });
  dialog.addEventListener('close', () => {
    confirm.hidden = true;
  });
  file.addEventListener('change', () => void bringBack());

  return {
    open(next = 'knows') {
      if (!dialog.open) dialog.showModal();
      void choose(next);
    },
    refresh,
  };
}
