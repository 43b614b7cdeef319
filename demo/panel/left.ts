/** What left this device: a zero that is counted. */
import { html, type Markup } from '../markup.ts';
import type { Outgoing } from '../outgoing.ts';
import type { Shop } from '../shop.ts';
import { bytes } from '../words.ts';

export async function left(shop: Shop, outgoing: Outgoing): Promise<Markup> {
  const { network, storage, privacy } = await shop.recluse.status();
  return html`<p class="zero"><b>${bytes(network.sent)}</b><span>of what this device knows has left it</span></p>
<dl class="facts">
<div><dt>Sent by the recommender</dt><dd>${bytes(network.sent)}</dd></div>
<div><dt>Files it asked for</dt><dd>${network.requests}, the same for every visitor</dd></div>
<div><dt>Files the page asked for</dt><dd>${outgoing.requests}</dd></div>
<div><dt>Requests to other hosts</dt><dd>${outgoing.elsewhere}</dd></div>
<div><dt>Messages sent on leaving</dt><dd>${outgoing.beacons}</dd></div>
<div><dt>May anything leave?</dt><dd>${privacy.sharing === 'denied' ? 'No' : 'Nothing does'}${privacy.globalPrivacyControl && '; your browser objects to sharing (Global Privacy Control)'}</dd></div>
<div><dt>Lines kept here</dt><dd>${storage.interactions}</dd></div>
</dl>
<p class="quiet-text">Counted by the worker and, independently, by the browser's own record of requests. Whoever asks for a file shows that they visit the shop, as with any website; not what they look at, like or buy. To see for yourself, turn the network off: the shop goes on.</p>`;
}
