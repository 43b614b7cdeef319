/**
 * Cards glide to their new places, or do not move at all for whoever wants less motion.
 *
 * By the Web Animations API, not by View Transitions: those take what they move out of reach while they move it, so
 * that a second quick tap on "+" would be lost, and paint it above the header and the panel.
 */

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const timing: KeyframeAnimationOptions = { duration: 420, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' };
/** Cards from further away than this, in pixels, come in from this far: nobody follows a longer way. */
const longest = 480;

/** Whether a card can be seen: in the window, and not scrolled out of its row. */
function inView(card: HTMLElement): boolean {
  const { top, bottom, left, right } = card.getBoundingClientRect();
  const row = card.parentElement!.getBoundingClientRect();
  return (
    bottom > 0 && top < innerHeight && right > Math.max(0, row.left) && left < Math.min(innerWidth, row.right)
  );
}

/** Where the visible cards below `root` are, by product. */
function places(root: ParentNode): Map<string, { card: HTMLElement; place: DOMRect }> {
  const cards = [...root.querySelectorAll<HTMLElement>('.card')].filter(inView);
  return new Map(
    cards.map((card) => [card.dataset.recluseItem!, { card, place: card.getBoundingClientRect() }]),
  );
}

const within = (distance: number) => Math.max(-longest, Math.min(longest, distance));

/** Makes a change below `root` and lets its cards glide from where they were. */
export function glide(root: ParentNode, change: () => void): void {
  if (calm.matches || document.visibilityState === 'hidden') {
    change();
    return;
  }
  const before = places(root);
  change();
  for (const [id, { card, place }] of places(root)) {
    const old = before.get(id);
    if (!old)
      card.animate(
        [
          { opacity: 0, transform: 'scale(0.96)' },
          { opacity: 1, transform: 'none' },
        ],
        timing,
      );
    else if (old.place.left !== place.left || old.place.top !== place.top) {
      const x = within(old.place.left - place.left);
      const y = within(old.place.top - place.top);
      card.animate(
        [
          { transform: `translate(${x}px, ${y}px)`, zIndex: 1 },
          { transform: 'none', zIndex: 1 },
        ],
        timing,
      );
    }
  }
}
