/** Small windows beside a button: the menu of a card and its reasons. One at a time; Escape or a click elsewhere closes. */

let opener: HTMLElement | undefined;
let openerName: { item: string; placement: string; act: string } | undefined;

const box = (): HTMLElement => document.querySelector('#floating')!;

function place(window: HTMLElement, near: HTMLElement): void {
  const anchor = near.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = window;
  const gap = 6;
  const left = Math.max(12, Math.min(anchor.right - width, innerWidth - width - 12));
  const below = anchor.bottom + gap;
  const top =
    below + height > innerHeight - 12 && anchor.top - gap - height > 12 ? anchor.top - gap - height : below;
  window.style.left = `${left}px`;
  window.style.top = `${Math.max(12, Math.min(top, innerHeight - height - 12))}px`;
}

/** The button that opened the window, or the same button of the same card if that was drawn anew. */
function home(): HTMLElement | null {
  if (opener?.isConnected) return opener;
  if (!openerName) return null;
  const { item, placement, act } = openerName;
  const shelf = document.querySelector(`[data-placement="${CSS.escape(placement)}"]`) ?? document;
  return shelf.querySelector<HTMLElement>(`[data-recluse-item="${CSS.escape(item)}"] [data-act="${act}"]`);
}

/** Opens a window beside a button with the given content. The first button in it gets the focus. */
export function float(
  near: HTMLElement,
  content: Node,
  { role, label }: { role: 'menu' | 'dialog'; label: string },
): void {
  const window = box();
  if (window.matches(':popover-open')) window.hidePopover();
  opener = near;
  openerName = {
    item: near.closest<HTMLElement>('[data-recluse-item]')?.dataset.recluseItem ?? '',
    placement: near.closest<HTMLElement>('[data-placement]')?.dataset.placement ?? '',
    act: near.dataset.act ?? '',
  };
  window.setAttribute('role', role);
  window.setAttribute('aria-label', label);
  window.replaceChildren(content);
  window.showPopover();
  place(window, near);
  (window.querySelector<HTMLElement>('button, a') ?? window).focus();
}

/** Closes the window and gives the focus back. */
export function unfloat(): void {
  if (box().matches(':popover-open')) box().hidePopover();
}

/** Wires the one window up. Called once. */
export function startFloating(): void {
  const window = box();
  window.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState === 'closed') {
      const lost = document.activeElement === document.body || window.contains(document.activeElement);
      if (lost) home()?.focus({ preventScroll: true });
    }
  });
  window.addEventListener('keydown', (event) => {
    if (window.getAttribute('role') !== 'menu') return;
    const entries = [...window.querySelectorAll<HTMLElement>('[role="menuitem"]')];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === 'Tab') unfloat();
    if (to === undefined) return;
    event.preventDefault();
    entries.at(to % entries.length)?.focus();
  });
  addEventListener('resize', unfloat);
  // It stays beside its button while the page or a shelf is scrolled.
  addEventListener(
    'scroll',
    ({ target }) => {
      if (target instanceof Node && window.contains(target)) return;
      const anchor = home();
      if (window.matches(':popover-open') && anchor) place(window, anchor);
    },
    { passive: true, capture: true },
  );
}
