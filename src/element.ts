/**
 * `<recluse-shelf>`, a custom element that shows a list. An entry point of its own (`recluse/element`): importing it defines the element.
 *
 * ```html
 * <recluse-shelf placement="home" pack="/pack/manifest.json" link="/product/{{id}}">…what the server has written…</recluse-shelf>
 * ```
 */
import { RecluseShelf, type ShelfEventMap } from './element/shelf.ts';

export type { ShelfKind } from './element/asking.ts';
export type { Serving } from './element/recommenders.ts';
export { provide } from './element/recommenders.ts';
export type { ShelfEventMap } from './element/shelf.ts';
export { RecluseShelf } from './element/shelf.ts';

// Not on a server, and not twice: two bundles of a page may both bring it.
if (globalThis.customElements && !customElements.get('recluse-shelf'))
  customElements.define('recluse-shelf', RecluseShelf);

declare global {
  interface HTMLElementTagNameMap {
    'recluse-shelf': RecluseShelf;
  }
  interface HTMLElementEventMap extends ShelfEventMap {}
}
