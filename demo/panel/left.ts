/** What left this device: a zero that is counted. The SDK says what the recommender did, the shop what the whole page did. */
import { html } from '../markup.ts';
import type { Outgoing } from '../outgoing.ts';
import type { Shop } from '../shop.ts';
import { inspectorOf } from './inspector.ts';
import type { Tab } from './tab.ts';

export const leftTab = (shop: Shop, outgoing: Outgoing): Tab => ({
  inspector: inspectorOf(shop, 'leaves'),
  async draw() {
    const { storage, privacy } = await shop.recluse.status();
    return html`<div slot="leaves"><dl class="facts">
<div><dt>Files the page asked for</dt><dd>${outgoing.requests}</dd></div>
<div><dt>Requests to other hosts</dt><dd>${outgoing.elsewhere}</dd></div>
<div><dt>Messages sent on leaving</dt><dd>${outgoing.beacons}</dd></div>
<div><dt>May anything leave?</dt><dd>${privacy.sharing === 'denied' ? 'No' : 'Nothing does'}</dd></div>
<div><dt>Lines kept here</dt><dd>${storage.interactions}</dd></div>
</dl>
<p class="quiet-text">Counted by the worker and, independently, by the browser's own record of requests. Whoever asks for a file shows that they visit the shop, as with any website; not what they look at, like or buy. To see for yourself, turn the network off: the shop goes on.</p></div>`;
  },
});
