/** What a tab of the panel is. */
import type { RecluseInspector } from 'recluse/inspector';
import type { Markup } from '../markup.ts';

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Deeds end in a promise where they take time; one that fails is told to the visitor by the panel. */
export interface Tab {
  /** What there is to see now. Values of fields do not belong here: a field that is being used must not be drawn again. */
  draw(): Markup | Promise<Markup>;
  /** The SDK's own panel, for what any site would show as well. What is drawn goes into its slots. */
  inspector?: RecluseInspector;
  /** Values of fields by their names; set after every drawing. */
  values?(): Readonly<Record<string, string>>;
  /** A button with `data-do` was pressed. */
  press?(deed: string, button: HTMLElement): void | Promise<void>;
  /** A field was changed. */
  change?(field: Field): void | Promise<void>;
  /** A field is being changed: a slider is on its way. */
  input?(field: Field): void;
}
