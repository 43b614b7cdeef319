/**
 * `<recluse-inspector>`, a panel in which visitors see what their device knows. An entry point of its own (`recluse/inspector`): importing it
 * defines the element.
 */
import { RecluseInspector } from './inspector/inspector.ts';

export { type Inspected, RecluseInspector } from './inspector/inspector.ts';
export type { MetricsWords } from './inspector/metrics.ts';
export { english, german, type InspectorWords } from './inspector/words.ts';

/**
 * Fetches what draws the metrics, which otherwise comes when they are shown for the first time: for sites that want nothing to be asked of their
 * server because a visitor looks at something.
 */
export const preload = async (): Promise<void> => {
  await import('./inspector/metrics.ts');
};

// Not on a server, and not twice.
if (globalThis.customElements && !customElements.get('recluse-inspector'))
  customElements.define('recluse-inspector', RecluseInspector);

declare global {
  interface HTMLElementTagNameMap {
    'recluse-inspector': RecluseInspector;
  }
}
