/** `recluse/react` in a real page: strict mode, and what a server has rendered. */
import { createElement, StrictMode, version } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Recommender } from '../../src/index.ts';
import { RecluseProvider, useList, useRecommendations, useRecommender } from '../../src/react.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);
const roots: Root[] = [];
const complaints: unknown[][] = [];

beforeEach(() => {
  complaints.length = 0;
  vi.spyOn(console, 'error').mockImplementation((...given) => complaints.push(given));
});

afterEach(() => {
  for (const root of roots.splice(0)) root.unmount();
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

function Shelf({ limit = 3, live = false }: { limit?: number; live?: boolean }) {
  const { items, outdated, error, refresh } = useRecommendations({ limit, placement: 'home' }, { live });
  if (!items) return createElement('p', { id: 'own' }, error ? 'broken' : 'Written by the server');
  return createElement(
    'ul',
    { id: 'list', 'data-outdated': outdated, onClick: refresh },
    items.map(({ id, title }) => createElement('li', { key: id }, title)),
  );
}

const host = () => document.body.appendChild(document.createElement('div'));
const titles = () => [...document.querySelectorAll('#list li')].map(({ textContent }) => textContent);
const inStrictMode = (recommender: Recommender | PromiseLike<Recommender>, props: object = {}) =>
  createElement(
    StrictMode,
    null,
    createElement(RecluseProvider, { recommender }, createElement(Shelf, props)),
  );

function mount(element: ReturnType<typeof createElement>): Root {
  const root = createRoot(host());
  roots.push(root);
  root.render(element);
  return root;
}

test('the React that runs is the one that the project is about', () => {
  expect(version).toMatch(import.meta.env.REACT === 'react-18' ? /^18\./ : /^19\./);
});

test('a component shows the list, in strict mode as well, and another request brings another list', async () => {
  const { recluse } = await shop();
  const root = mount(inStrictMode(Promise.resolve(recluse)));
  await expect.poll(titles).toHaveLength(3);
  expect(titles()[0]).toMatch(/^First item-/);
  root.render(inStrictMode(recluse, { limit: 5 }));
  await expect.poll(titles).toHaveLength(5);
  expect(complaints).toEqual([]);
});

test('what the server has rendered is taken over as it is, and then becomes the list', async () => {
  const { recluse } = await shop();
  const part = host();
  part.innerHTML = renderToString(inStrictMode(recluse));
  const own = part.querySelector('#own')!;
  expect(own.textContent).toBe('Written by the server');
  let same = false;
  const mismatches: unknown[] = [];
  roots.push(
    hydrateRoot(part, inStrictMode(recluse), { onRecoverableError: (error) => mismatches.push(error) }),
  );
  await new Promise((resolve) => requestAnimationFrame(resolve));
  same = part.querySelector('#own') === own || titles().length > 0;
  await expect.poll(titles).toHaveLength(3);
  expect(same).toBe(true);
  expect(mismatches).toEqual([]);
  expect(complaints).toEqual([]);
});

test('strict mode starts one worker, and a provider that goes ends it', async () => {
  const workers: Worker[] = [];
  const ended = vi.fn();
  const options = {
    pack: server.manifestUrl,
    name: freshName(),
    worker() {
      const worker = new Worker(new URL('./support/worker-of-tests.ts', import.meta.url), { type: 'module' });
      const { terminate } = worker;
      worker.terminate = () => {
        ended();
        terminate.call(worker);
      };
      workers.push(worker);
      return worker;
    },
  };
  const root = mount(
    createElement(StrictMode, null, createElement(RecluseProvider, { options }, createElement(Shelf))),
  );
  await expect.poll(titles).toHaveLength(3);
  expect(workers).toHaveLength(1);
  expect(ended).not.toHaveBeenCalled();
  root.unmount();
  roots.pop();
  await expect.poll(() => ended.mock.calls.length).toBe(1);
  expect(complaints).toEqual([]);
});

test('a list says that it is outdated and stays, or is live and follows', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const root = mount(inStrictMode(recluse));
  await expect.poll(titles).toHaveLength(3);
  const before = titles();
  await recluse.track({ type: 'purchase', item: 'item-7' });
  await expect.poll(() => document.querySelector('#list')!.getAttribute('data-outdated')).toBe('true');
  expect(titles()).toEqual(before);
  document.querySelector<HTMLElement>('#list')!.click();
  await expect.poll(titles).not.toEqual(before);
  root.render(inStrictMode(recluse, { live: true }));
  const now = titles();
  await recluse.track({ type: 'purchase', item: 'item-2' });
  await expect.poll(titles).not.toEqual(now);
});

test('a recommender that cannot be started leaves what the server has rendered, and says why', async () => {
  const failing = Promise.reject(new Error('no worker here'));
  failing.catch(() => {});
  mount(inStrictMode(failing as Promise<Recommender>));
  await expect.poll(() => document.querySelector('#own')?.textContent).toBe('broken');
});

test('any list can be asked for, and the recommender itself', async () => {
  const { recluse } = await shop();
  function Similar() {
    const { items } = useList((from, signal) => from.similar('item-1', { limit: 2, signal }), 'item-1');
    const here = useRecommender();
    return createElement('p', { id: 'similar' }, `${items?.length ?? 0} ${here === recluse}`);
  }
  mount(createElement(RecluseProvider, { recommender: recluse }, createElement(Similar)));
  await expect.poll(() => document.querySelector('#similar')?.textContent).toBe('2 true');
});
