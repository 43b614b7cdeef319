/** The living proof in one line: where the last list was ranked, how long it took, how much was sent. */
import type { RankedList, Status } from 'recluse';
import { html } from './markup.ts';
import { bytes, milliseconds } from './words.ts';

export function drawPill(pill: HTMLElement, list: RankedList | undefined, status: Status | undefined): void {
  if (!list || !status) return;
  pill.dataset.source = list.source;
  const text = html`<span class="dot"></span><span>ranked on this device</span> <span aria-hidden="true">·</span> <b class="number" id="pill-time">${milliseconds(list.milliseconds)}</b> <span aria-hidden="true">·</span> <b class="number">${bytes(status.network.sent)}</b> <span>sent</span>`.text;
  if (pill.innerHTML !== text) pill.innerHTML = text;
}
