/** `<recluse-inspector>` in a real page, with a real recommender. */
import axe from 'axe-core';
import { afterEach, expect, test } from 'vitest';
import type { Recommender } from '../../src/index.ts';
import type { RecluseInspector } from '../../src/inspector.ts';
import '../../src/inspector.ts';
import { shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

const shop = shopsOf(
  () =>
    tinyPack({
      changeManifest(manifest) {
        manifest.card.figures = [
          { split: 'last', model: 'linear', metric: 'ndcg@10', value: 0.125 },
        ] as never;
      },
    }),
  () => {},
);

afterEach(() => document.body.replaceChildren());

/** An inspector of a visitor who bought one thing and looked at another. */
async function inspected(
  lang = 'en',
): Promise<{ recluse: Recommender; element: RecluseInspector; text(): string }> {
  const { recluse } = await shop();
  await recluse.track([
    { type: 'purchase', item: 'item-3' },
    { type: 'view', item: 'item-4' },
    { type: 'search', query: '<b>tea</b>' },
  ]);
  await recluse.ready();
  document.body.innerHTML = `<main lang="${lang}"><recluse-inspector></recluse-inspector></main>`;
  const element = document.querySelector('recluse-inspector')!;
  element.recommender = Promise.resolve(recluse);
  await expect.poll(() => element.shadowRoot!.querySelector('h2')).not.toBeNull();
  return { recluse, element, text: () => element.shadowRoot!.textContent! };
}

const button = (element: RecluseInspector, deed: string) =>
  element.shadowRoot!.querySelector<HTMLButtonElement>(`[data-do="${deed}"]`)!;
const appears = (element: RecluseInspector, deed: string) =>
  expect.poll(() => button(element, deed)).not.toBeNull();

test('visitors see what is known, why a list is as it is, and that nothing has left', async () => {
  const { element, text } = await inspected();
  expect(text()).toContain('What this device knows');
  expect(text()).toContain('First item-3 bought');
  expect(text()).toContain('“<b>tea</b>” searched for');
  expect(text()).toMatch(/because you (bought|looked at) First item-/);
  expect(element.shadowRoot!.querySelector('[part="zero"]')!.textContent).toBe('0');
  expect(element.shadowRoot!.querySelectorAll('meter').length).toBeGreaterThan(0);
  expect(text()).toContain('linear, ndcg@10');
  expect(text()).toContain('tiny');
});

test('no rule of WCAG 2.2 AA that can be checked by a program is broken', async () => {
  const { element } = await inspected();
  button(element, 'forget').click();
  await appears(element, 'yes');
  const { violations, passes } = await axe.run(element, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
  for (const control of element.shadowRoot!.querySelectorAll('button, label'))
    expect(control.getBoundingClientRect().height).toBeGreaterThanOrEqual(44);
});

test('one line is forgotten by its button, and the keyboard goes on from the heading', async () => {
  const { recluse, element, text } = await inspected();
  const line = [...element.shadowRoot!.querySelectorAll<HTMLButtonElement>('[data-do="line"]')].find((one) =>
    one.getAttribute('aria-label')!.includes('First item-3'),
  )!;
  line.focus();
  line.click();
  await expect.poll(text).not.toContain('First item-3 bought');
  expect((await recluse.history()).map(({ type }) => type).sort()).toEqual(['search', 'view']);
  expect(text()).toContain('1 line forgotten.');
  await expect.poll(() => element.shadowRoot!.activeElement?.id).toBe('known');
});

test('everything is forgotten only after a second word', async () => {
  const { recluse, element, text } = await inspected();
  button(element, 'forget').click();
  await appears(element, 'no');
  button(element, 'no').click();
  await expect.poll(() => button(element, 'no')).toBeNull();
  expect(await recluse.history()).toHaveLength(3);
  button(element, 'forget').click();
  await appears(element, 'yes');
  button(element, 'yes').click();
  await expect.poll(async () => (await recluse.history()).length).toBe(0);
  await expect.poll(text).toContain('Nothing yet.');
});

test('pausing notes nothing until it goes on, and the site hears of both', async () => {
  const { recluse, element } = await inspected();
  const heard: string[] = [];
  document.body.addEventListener('recluse-consent', (event) => heard.push((event as CustomEvent).detail));
  button(element, 'pause').click();
  await appears(element, 'resume');
  expect((await recluse.status()).privacy.consent).toBe('denied');
  button(element, 'resume').click();
  await appears(element, 'pause');
  expect((await recluse.status()).privacy.consent).toBe('granted');
  expect(heard).toEqual(['denied', 'granted']);
});

test('a saved copy can be loaded again, and what is no copy is refused in words', async () => {
  const { recluse, element, text } = await inspected();
  const copy = JSON.stringify(await recluse.export());
  await recluse.forget('everything');
  const load = (content: string) => {
    const files = new DataTransfer();
    files.items.add(new File([content], 'copy.json', { type: 'application/json' }));
    const input = element.shadowRoot!.querySelector<HTMLInputElement>('input[type="file"]')!;
    input.files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };
  load('{"format":"something else"}');
  await expect.poll(text).toContain('That did not work');
  load(copy);
  await expect.poll(text).toContain('3 lines added.');
  expect(await recluse.history()).toHaveLength(3);
});

test('it speaks German where the page does, and any words that a site gives it', async () => {
  const { element, text } = await inspected('de');
  expect(text()).toContain('Was dieses Gerät weiß');
  expect(text()).toContain('First item-3 gekauft');
  element.words = { ...element.words, title: 'Mein Gedächtnis' };
  await expect.poll(text).toContain('Mein Gedächtnis');
});

test('its colours are the site’s to choose, its metrics the site’s to fill in', async () => {
  const { element } = await inspected();
  element.style.setProperty('--recluse-ink', 'rgb(1, 2, 3)');
  element.innerHTML = '<p slot="metrics">Clicks: 4</p>';
  expect(getComputedStyle(element.shadowRoot!.querySelector('h2')!).color).toBe('rgb(1, 2, 3)');
  await expect.poll(() => element.querySelector('p')!.offsetHeight).toBeGreaterThan(0);
});
