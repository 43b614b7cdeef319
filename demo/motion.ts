/** Cards glide to their new places: by View Transitions, by hand where those are missing, not at all where motion is unwelcome. */

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const duration = 380;
const easing = 'cubic-bezier(0.2, 0.8, 0.2, 1)';

const inView = ({ top, bottom, left, right }: DOMRect) =>
  bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;

/** The visible cards below `root`, by product. A product that stands twice counts once. */
function visibleCards(root: ParentNode): Map<string, HTMLElement> {
  const cards = new Map<string, HTMLElement>();
  for (const card of root.querySelectorAll<HTMLElement>('.card')) {
    const id = card.dataset.recluseItem!;
    if (!cards.has(id) && inView(card.getBoundingClientRect())) cards.set(id, card);
  }
  return cards;
}

/** View-transition names are CSS identifiers; product ids may be anything. */
function nameOf(id: string): string {
  return `card-${[...id].map((sign) => (/[a-z0-9]/i.test(sign) ? sign : `_${sign.codePointAt(0)!.toString(16)}`)).join('')}`;
}

function nameCards(root: ParentNode): () => void {
  const cards = [...visibleCards(root)];
  for (const [id, card] of cards) card.style.viewTransitionName = nameOf(id);
  return () => {
    for (const [, card] of cards) card.style.viewTransitionName = '';
  };
}

async function byViewTransition(root: ParentNode, change: () => void): Promise<void> {
  const forgetBefore = nameCards(root);
  let forgetAfter = () => {};
  const transition = document.startViewTransition(() => {
    forgetBefore();
    change();
    forgetAfter = nameCards(root);
  });
  // A newer transition skips this one; the change is made all the same.
  transition.ready.catch(() => {});
  await transition.finished.catch(() => {});
  forgetAfter();
}

function byHand(root: ParentNode, change: () => void): void {
  const before = new Map([...visibleCards(root)].map(([id, card]) => [id, card.getBoundingClientRect()]));
  change();
  for (const [id, card] of visibleCards(root)) {
    const old = before.get(id);
    const now = card.getBoundingClientRect();
    if (!old) card.animate([{ opacity: 0 }, { opacity: 1 }], { duration, easing });
    else if (old.left !== now.left || old.top !== now.top)
      card.animate(
        [{ transform: `translate(${old.left - now.left}px, ${old.top - now.top}px)` }, { transform: 'none' }],
        {
          duration,
          easing,
        },
      );
  }
}

/** Makes a change below `root` and lets its cards glide. The change has been made when the promise resolves. */
export async function glide(root: ParentNode, change: () => void): Promise<void> {
  if (calm.matches || document.visibilityState === 'hidden') change();
  else if ('startViewTransition' in document) await byViewTransition(root, change);
  else byHand(root, change);
}
