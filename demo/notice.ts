/** A line at the foot of the window: what was just done, and how to take it back. */
import { element, html } from './markup.ts';
import { icon } from './picture.ts';

let gone: ReturnType<typeof setTimeout> | undefined;

/** Shows a sentence for a while. `undo` puts a button beside it, which says `word`. */
export function notice(text: string, undo?: () => void, word = 'Undo'): void {
  // What is behind an open dialog can be neither seen nor pressed.
  const place = document.querySelector('dialog[open] .panel-notices') ?? document.querySelector('#notices')!;
  const close = () => place.replaceChildren();
  const line = element(
    html`<p class="notice"><span>${text}</span>${undo && html`<button type="button" data-do="undo">${word}</button>`}<button type="button" class="round" data-do="close" aria-label="Close this message">${icon('close')}</button></p>`,
  );
  line.addEventListener('click', (event) => {
    const action = (event.target as Element).closest<HTMLElement>('[data-do]')?.dataset.do;
    if (action === 'undo') undo?.();
    if (action) close();
  });
  place.replaceChildren(line);
  clearTimeout(gone);
  gone = setTimeout(close, 9000);
}
