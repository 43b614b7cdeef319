import { expect, test, vi } from 'vitest';
import { loadedOnce } from '../../../worker/on-demand.ts';

test('a part is loaded once, however many ask for it at the same time', async () => {
  const load = vi.fn(async () => ({ search: true }));
  const part = loadedOnce(load);
  const [one, other] = await Promise.all([part(), part()]);
  expect(one).toBe(other);
  expect(await part()).toBe(one);
  expect(load).toHaveBeenCalledTimes(1);
});

test('a part that did not arrive is a typed error for everybody who waits, and is asked for again by the next', async () => {
  let online = false;
  const part = loadedOnce(async () => {
    if (!online) throw new TypeError('Failed to fetch');
    return { search: true };
  });
  for (const waiting of [part(), part()])
    await expect(waiting).rejects.toMatchObject({ code: 'script-unreachable' });
  online = true;
  expect(await part()).toEqual({ search: true });
});
