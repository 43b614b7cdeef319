import { abortable } from './abortable.ts';
import type { Page, RankedList as Worked } from './contract.ts';

/** A list as the page gets it: its first items, and the way to those after them. */
export interface RankedList extends Worked {
  /**
   * The next page: as many items again, the best of what is left at this moment, with positions that go on and the same `id`.
   * Whatever happened meanwhile (a purchase, a better tier, a new pack, a worker that died), no item comes twice. Calls
   * are answered one after the other, each with a page of its own. Empty where {@link RankedList.hasMore} was false.
   *
   * Like the iterator (`for await (const page of list)`) no part of the list's data: spreading and cloning leave it out.
   */
  next(options?: { signal?: AbortSignal }): Promise<this>;
  [Symbol.asyncIterator](): AsyncIterator<this>;
}

/**
 * Asks for a list whose pages follow each other. What was given is kept here, so that no cursor can expire.
 *
 * @param ask asks for a page
 */
export function paged<List extends Worked>(
  ask: (page: Page | undefined) => Promise<List>,
  signal: AbortSignal | undefined,
): Promise<List & RankedList> {
  const given: string[] = [];
  let page: Page | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const next = ({ signal }: { signal?: AbortSignal } = {}): Promise<List & RankedList> => {
    const asked = last.then(() =>
      abortable(signal, async () => {
        const list = await ask(page);
        if (signal?.aborted) return list as List & RankedList;
        given.push(...list.items.map(({ id }) => id));
        page = { list: list.id, given };
        return Object.defineProperties(list, {
          next: { value: next },
          [Symbol.asyncIterator]: {
            async *value() {
              for (let now = list as List & RankedList; ; now = await now.next()) {
                yield now;
                if (!now.hasMore) return;
              }
            },
          },
        }) as List & RankedList;
      }),
    );
    last = asked.catch(() => {});
    return asked;
  };
  return next(signal && { signal });
}
