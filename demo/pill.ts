/** The living proof in one line: where the lists were ranked, how long one took, how much was sent. */
import type { RankedList, Status } from 'recluse';
import { html } from './markup.ts';
import { median } from './median.ts';
import { bytes, milliseconds } from './words.ts';

/** `lists` are those on the page now. */
export function drawPill(pill: HTMLElement, lists: readonly RankedList[], status: Status | undefined): void {
  const [first] = lists;
  if (!first || !status) return;
  pill.dataset.source = first.source;
  const time = milliseconds(median(lists.map((list) => list.milliseconds)));
  const text =
    html`<span class="dot"></span><span>ranked on this device</span> <span aria-hidden="true">·</span> <b>${time}</b> <span aria-hidden="true">·</span> <b>${bytes(status.network.sent)}</b> <span>sent</span>`
      .text;
  if (pill.innerHTML !== text) pill.innerHTML = text;
  pill.title = 'Time of the middle one of the lists on this page, and bytes that left this device';
}
