/**
 * The order in which a shelf shows its products: the fresh order, but a pinned product that was on the shelf stays
 * where it was, so that nothing moves away under the finger that has just tapped it.
 */
export function arrange(
  before: readonly string[],
  fresh: readonly string[],
  pinned: ReadonlySet<string>,
  length: number,
): string[] {
  const staying = new Map(
    before.flatMap((id, place) => (pinned.has(id) && place < length ? [[place, id]] : [])),
  );
  const others = fresh.filter((id) => !pinned.has(id) || !before.includes(id))[Symbol.iterator]();
  const shelf: string[] = [];
  for (let place = 0; place < length; place += 1) {
    const staysHere = staying.get(place);
    if (staysHere !== undefined) shelf.push(staysHere);
    else {
      const next = others.next();
      if (!next.done) shelf.push(next.value);
    }
  }
  return shelf;
}

/** Products that stand further to the front than before, or that were not there at all. */
export const movedUp = (before: readonly string[], after: readonly string[]): Set<string> =>
  new Set(after.filter((id, place) => !before.includes(id) || place < before.indexOf(id)));
