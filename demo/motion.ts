/** Cards glide to their new places: by View Transitions, by hand where those are missing, not at all where motion is unwelcome. */

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const duration = 380;
/** Milliseconds that a change waits for its first frame. */
const patience = 400;
const easing = 'cubic-bezier(0.2, 0.8, 0.2, 1)';

/** Whether a card can be seen: in the window, and not scrolled out of its row. */
function inView(card: HTMLElement): boolean {
  const { top, bottom, left, right } = card.getBoundingClientRect();
  const row = card.parentElement!.getBoundingClientRect();
  const [from, to] = [Math.max(0, row.left), Math.min(innerWidth, row.right)];
  return bottom > 0 && top < innerHeight && right > from + 8 && left < to - 8;
}

/** The visible cards below `root`, by product. A product that stands twice counts once. */
function visibleCards(root: ParentNode): Map<string, HTMLElement> {
  const cards = new Map<string, HTMLElement>();
  for (const card of root.querySelectorAll<HTMLElement>('.card')) {
    const id = card.dataset.recluseItem!;
    if (!cards.has(id) && inView(card)) cards.set(id, card);
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

/** Takes the names back that the newest transition has given. */
let forgetNames = () => {};

async function byViewTransition(root: ParentNode, change: () => void): Promise<void> {
  forgetNames();
  forgetNames = nameCards(root);
  let named = forgetNames;
  const transition = document.startViewTransition(() => {
    forgetNames();
    change();
    forgetNames = nameCards(root);
    named = forgetNames;
  });
  // A newer transition skips this one; the change is made all the same.
  transition.ready.catch(() => {});
  transition.finished
    .catch(() => {})
    .then(() => {
      if (named === forgetNames) forgetNames();
    });
  // A window that is not drawn never begins; the change must not wait for that.
  const impatience = setTimeout(() => transition.skipTransition(), patience);
  await transition.updateCallbackDone;
  clearTimeout(impatience);
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
