/** The visitor's rights: whether the shop may learn, taking everything along, bringing it back, past orders, keeping less. */
import { type Consent, type ExportDocument, RecluseError } from 'recluse';
import { labelOf } from '../label.ts';
import { html } from '../markup.ts';
import { notice } from '../notice.ts';
import { icon } from '../picture.ts';
import { problemInWords } from '../problems.ts';
import type { Shop } from '../shop.ts';
import { pastOrders, UnreadableOrders } from './past-orders.ts';
import type { Tab } from './tab.ts';

const choices: readonly { consent: Consent; name: string; means: string }[] = [
  { consent: 'granted', name: 'Learn, and remember', means: 'On this device only.' },
  {
    consent: 'pending',
    name: 'Learn, but ask me first before you keep it',
    means: 'In this tab’s memory. Choose “remember” to keep it; close the tab and it is gone.',
  },
  {
    consent: 'denied',
    name: 'Learn nothing',
    means: 'You see what everybody sees. What was kept stays here, unused, until you forget it.',
  },
];

/** How much stays line by line, by the name of the choice. */
const keeps = {
  'days-30': { name: 'the last 30 days', request: { days: 30 } },
  'days-90': { name: 'the last 90 days', request: { days: 90 } },
  'days-365': { name: 'the last year', request: { days: 365 } },
  'count-100': { name: 'the newest 100 lines', request: { count: 100 } },
} as const;

const unchanged = 'Nothing was changed.';

/** What went wrong with a file, and that it did no harm. */
export function importProblem(error: unknown): string {
  if (error instanceof UnreadableOrders) return `${error.message} ${unchanged}`;
  if (error instanceof SyntaxError) return `That file is no copy of what a device knew. ${unchanged}`;
  if (!(error instanceof RecluseError)) return `That file cannot be read. ${unchanged}`;
  if (error.code === 'export-too-new')
    return `That copy was made by a newer shop than this one. ${unchanged}`;
  if (error.code === 'invalid-argument') {
    const { field } = error.details;
    return `That file is damaged${field ? ` (at ${field})` : ''}. ${unchanged}`;
  }
  return problemInWords(error.code, null);
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

export function yoursTab(shop: Shop, redraw: () => void): Tab {
  let keep: keyof typeof keeps = 'days-90';
  let typed = '';
  const names = new Map<string, string>();
  const idOf = (product: string): string | undefined => {
    if (shop.catalogue.get(product)) return product;
    if (names.size === 0)
      for (const item of shop.catalogue.items.toReversed()) {
        names.set(labelOf(item).name.toLowerCase(), item.id);
        names.set(item.title.toLowerCase(), item.id);
      }
    return names.get(product.toLowerCase());
  };

  async function save(): Promise<void> {
    const text = JSON.stringify(await shop.recluse.export(), null, 2);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = 'what-larder-knows.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function showProgress(done: number, total: number): void {
    const bar = document.querySelector<HTMLProgressElement>('#bringing');
    if (!bar) return;
    bar.hidden = false;
    bar.max = Math.max(1, total);
    if (done < total) bar.value = done;
    else bar.hidden = true;
  }

  /** A copy of what a device knew, or past orders: whichever the text is. */
  async function bring(text: string): Promise<void> {
    if (shop.paused) return notice('Learning is off: nothing can be brought in.');
    try {
      if (text.trim().startsWith('{')) {
        const { added, known } = await shop.recluse.import(JSON.parse(text) as ExportDocument);
        notice(`${plural(added, 'line')} added${known > 0 ? `, ${known} were here already` : ''}.`);
      } else {
        const orders = pastOrders(text, idOf);
        const strangers = orders.filter(({ item }) => !shop.catalogue.get(item)).length;
        const { added, known } = await shop.recluse.importHistory(orders, {
          onProgress: ({ done, total }) => showProgress(done, total),
        });
        typed = '';
        notice(
          `${plural(added, 'purchase')} added${known > 0 ? `, ${known} were here already` : ''}${strangers > 0 ? `, ${strangers} of products that this shop does not have` : ''}.`,
        );
      }
    } catch (error) {
      notice(importProblem(error));
    } finally {
      showProgress(0, 0);
    }
    redraw();
  }

  return {
    draw: () => html`<fieldset class="choices"><legend>May this shop learn from you?</legend>${choices.map(
      ({ consent, name, means }) =>
        html`<label><input type="radio" name="consent" value="${consent}"><span>${name}<small>${means}</small></span></label>`,
    )}</fieldset>
<h3>Take it along</h3><p class="quiet-text">Everything that is known about you, as one file. Another device adds it to what it knows; twice does no harm.</p>
<div class="form side"><button type="button" class="quiet" data-do="save">${icon('file')}<span>Save a copy</span></button><label class="quiet">${icon('open')}<span>Bring one back</span><input type="file" name="file" class="unseen" accept="application/json,.json,text/csv,.csv,.txt"></label></div>
<progress id="bringing" aria-label="Bringing in" hidden></progress>
<h3>Past orders</h3><p class="quiet-text" id="orders-help">One line a product: date, product, pieces, price, order. From a spreadsheet, or as a file above.</p>
<div class="form"><label class="unseen" for="orders">Past orders</label><textarea id="orders" name="orders" rows="3" spellcheck="false" aria-describedby="orders-help" placeholder="2026-11-02, Bananas, 2, 1.88, A-17"></textarea><button type="button" class="quiet" data-do="orders">Add these orders</button></div>
<h3>Keep less</h3><p class="quiet-text">Older lines become sums: what and how often, not each time. The shelves stay nearly as they are.</p>
<div class="form"><label>Keep line by line <select name="keep">${Object.entries(keeps).map(([value, { name }]) => html`<option value="${value}">${name}</option>`)}</select></label><button type="button" class="quiet" data-do="compact">Sum up the rest</button></div>`,
    values: () => ({ consent: shop.consent, keep, orders: typed }),
    input({ name, value }) {
      if (name === 'orders') typed = value;
    },
    async change(field) {
      const { name, value } = field;
      if (name === 'orders') typed = value;
      if (name === 'keep') keep = value as keyof typeof keeps;
      if (name === 'consent') {
        await shop.agree(value as Consent);
        notice(
          {
            granted: 'From now on the shop learns, and remembers on this device.',
            pending: 'From now on the shop learns in this tab only.',
            denied: 'From now on nothing is learned. What was kept is still here, unused.',
          }[value as Consent],
        );
      }
      if (field instanceof HTMLInputElement && name === 'file') {
        const [chosen] = field.files ?? [];
        field.value = '';
        if (chosen) await bring(await chosen.text());
      }
    },
    async press(deed) {
      if (deed === 'save') await save();
      if (deed === 'orders') await bring(typed);
      if (deed === 'compact') {
        if (shop.paused) return notice('Learning is off: nothing was changed.');
        const gone = await shop.recluse.retain(keeps[keep].request);
        notice(gone === 0 ? 'There is nothing older.' : `${plural(gone, 'older line')} summed up.`);
      }
    },
  };
}
