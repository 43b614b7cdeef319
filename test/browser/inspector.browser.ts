/** `<recluse-inspector>` in a real page, with a real recommender. */
import axe from 'axe-core';
import { afterEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import type { Recommender } from '../../src/index.ts';
import type { RecluseInspector } from '../../src/inspector.ts';
import '../../src/inspector.ts';
import { type OpenOptions, shopsOf } from './support/shop-of-tests.ts';
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
  options: OpenOptions = {},
): Promise<{ recluse: Recommender; element: RecluseInspector; text(): string }> {
  const { recluse } = await shop(options);
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
  await expect.poll(() => element.shadowRoot!.textContent).toContain('item-3');
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
  const figures = element.shadowRoot!.querySelector<HTMLElement>('[part="card"] table')!;
  expect([...figures.querySelectorAll('th, td')].map(({ textContent }) => textContent)).toEqual([
    ...['Model', 'ndcg@10'],
    ...['linear', '0.125'],
  ]);
  expect(text()).toContain('tiny');
});

/** What the system has chosen, as the browser tells pages. */
async function system(features: Readonly<Record<string, string>>): Promise<void> {
  const session = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
  await session.send('Emulation.setEmulatedMedia', {
    features: Object.entries(features).map(([name, value]) => ({ name, value })),
  });
}

/** What has been seen and opened, of two shelves. */
async function use(recluse: Recommender): Promise<void> {
  const list = await recluse.recommend({ limit: 4, placement: 'home' });
  await recluse.shown(list);
  const [{ id, position }] = list.items as [(typeof list.items)[number]];
  await recluse.track([
    { type: 'click', item: id, list: list.id, position, placement: 'home' },
    { type: 'impression', item: 'item-5', placement: 'basket' },
  ]);
}

const drawnMetrics = (element: RecluseInspector) =>
  expect.poll(() => element.shadowRoot!.querySelector('svg[part="bars"]')).not.toBeNull();

async function violations(element: RecluseInspector): Promise<{ broken: string[]; passed: string[] }> {
  const { violations, passes } = await axe.run(element, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } },
  });
  return {
    broken: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`),
    passed: passes.map(({ id }) => id),
  };
}

describe('whatever colours the visitor has chosen', () => {
  afterEach(() => system({ 'prefers-color-scheme': '', 'forced-colors': '' }));

  for (const scheme of ['light', 'dark'])
    test(`no rule of WCAG 2.2 AA that can be checked by a program is broken in the ${scheme}`, async () => {
      await system({ 'prefers-color-scheme': scheme });
      const { recluse, element } = await inspected('en', { measure: true });
      await use(recluse);
      await drawnMetrics(element);
      const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/\d+/g)!.map(Number);
      expect(red! + green! + blue! > 382).toBe(scheme === 'light');
      // What is folded is looked at, too.
      for (const details of element.shadowRoot!.querySelectorAll('details')) details.open = true;
      button(element, 'forget').click();
      await appears(element, 'yes');
      const { broken, passed } = await violations(element);
      expect(broken).toEqual([]);
      expect(passed).toContain('color-contrast');
      for (const control of element.shadowRoot!.querySelectorAll('button, label, select, summary'))
        expect(control.getBoundingClientRect().height).toBeGreaterThanOrEqual(44);
    });

  test('with forced colours, buttons keep their borders, the focus its ring, and bars are seen', async () => {
    await system({ 'forced-colors': 'active', 'prefers-color-scheme': 'dark' });
    expect(matchMedia('(forced-colors: active)').matches).toBe(true);
    const { recluse, element } = await inspected('en', { measure: true });
    await use(recluse);
    await drawnMetrics(element);
    /** A colour of the system, as this browser computes it. */
    const systemColour = (name: string) => {
      const probe = document.body.appendChild(document.createElement('p'));
      probe.style.cssText = `forced-color-adjust: none; color: ${name}`;
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    };
    const [text, canvas] = [systemColour('CanvasText'), systemColour('Canvas')];
    expect(text).not.toBe(canvas);
    const pause = button(element, 'pause');
    pause.focus();
    const style = getComputedStyle(pause);
    expect([style.borderTopStyle, style.outlineStyle]).toEqual(['solid', 'solid']);
    for (const colour of [style.borderTopColor, style.outlineColor, style.color])
      expect(colour).not.toBe(canvas);
    const bar = element.shadowRoot!.querySelector('svg[part="bars"] rect')!;
    expect(getComputedStyle(bar).fill).toBe(text);
    expect(getComputedStyle(element.shadowRoot!.querySelector('[part="zero"]')!).color).toBe(text);
    expect((await violations(element)).broken).toEqual([]);
  });
});

test('what lists lead to is shown where the site counts it, in numbers, bars and words', async () => {
  const { recluse, element, text } = await inspected('en', { measure: true });
  expect(text()).toContain('Nothing was seen or opened yet.');
  await use(recluse);
  await drawnMetrics(element);
  const cells = [...element.shadowRoot!.querySelectorAll('.metrics tr, [part~="metrics"] tr')].map((row) =>
    [...row.children].map(({ textContent }) => textContent),
  );
  expect(cells).toEqual([
    ['place', 'seen', 'opened', 'basket', 'bought', 'opened of seen', 'bought of opened'],
    ['home', '4', '1', '0', '0', '25%', '0%'],
    ['basket', '1', '0', '0', '0', '0%', ''],
  ]);
  const told = [...element.shadowRoot!.querySelectorAll('svg')].map((svg) => svg.getAttribute('aria-label'));
  const today = new Date().toISOString().slice(0, 10);
  expect(told[0]).toBe(`Seen, by day. ${today}: 5`);
  expect(told[1]).toBe(`Opened of 100 seen, by day. ${today}: 20`);
  expect(told[2]).toMatch(/^Opened, by place in the list\. place 1: 1, place 2: 0/);
  expect(text()).toMatch(/New to you\d/);
  expect(text()).toMatch(/Different things shown\d \(/);
  expect(text()).toMatch(/Lists by linearhalf within [\d.]+ ms, 95 of 100 within [\d.]+ ms/);
  expect(text()).toMatch(/Age of listshalf within 0 ms/);
});

test('a site that counts nothing says so, and nothing is drawn', async () => {
  const { element, text } = await inspected();
  expect(text()).toContain('This site does not count what its lists lead to.');
  expect(element.shadowRoot!.querySelector('svg')).toBeNull();
});

test('what is done in another place is seen at once, one kind alone where the visitor wants that', async () => {
  const { recluse, element } = await inspected();
  const lines = () =>
    [...element.shadowRoot!.querySelectorAll('[part="what"]')].map(({ textContent }) => textContent);
  await recluse.track({ type: 'search', query: 'plums' });
  await expect.poll(lines).toContain('“plums” searched for');
  const kinds = element.shadowRoot!.querySelector<HTMLSelectElement>('select')!;
  kinds.focus();
  kinds.value = 'search';
  kinds.dispatchEvent(new Event('change', { bubbles: true }));
  await expect.poll(lines).toEqual(['“plums” searched for', '“<b>tea</b>” searched for']);
  expect((element.shadowRoot!.activeElement as HTMLSelectElement).name).toBe('shown');
});

test('what happened is grouped by day, the newest first', async () => {
  const { recluse, element } = await inspected();
  const day = 24 * 60 * 60 * 1000;
  await recluse.track([
    { type: 'view', item: 'item-6', time: Date.now() - day },
    { type: 'view', item: 'item-7', time: Date.UTC(2026, 0, 6, 12) },
  ]);
  const days = () =>
    [...element.shadowRoot!.querySelectorAll('details[part="day"]')].map((details) => [
      details.querySelector('summary')!.textContent,
      [...details.querySelectorAll('[part="name"]')].map(({ textContent }) => textContent),
    ]);
  await expect.poll(days).toEqual([
    ['today 3', ['“<b>tea</b>”', 'First item-4', 'First item-3']],
    ['yesterday 1', ['First item-6']],
    ['Tuesday, January 6 1', ['First item-7']],
  ]);
});

test('all about one thing goes with one button, and what was only seen with another', async () => {
  const { recluse, element, text } = await inspected();
  await recluse.track([
    { type: 'view', item: 'item-3' },
    { type: 'impression', item: 'item-5' },
    { type: 'impression', item: 'item-6' },
  ]);
  await expect.poll(text).toContain('Only seen: 2 things');
  button(element, 'seen').click();
  await expect.poll(text).not.toContain('Only seen');
  const about = button(element, 'product');
  expect(about.getAttribute('aria-label')).toBe('Forget all 2 lines about First item-3');
  about.click();
  await expect.poll(async () => (await recluse.history()).map(({ item }) => item)).toEqual(['', 'item-4']);
});

test('a site shows some sections alone, with its own pictures and its own things within them', async () => {
  const { element, text } = await inspected();
  element.picture = (item) => Object.assign(document.createElement('i'), { textContent: `[${item}]` });
  element.innerHTML = '<p slot="known">Our own tool</p>';
  element.setAttribute('sections', 'leaves known');
  await expect.poll(() => element.shadowRoot!.querySelector('h2')).toBeNull();
  const headings = [...element.shadowRoot!.querySelectorAll('h3')].map(({ textContent }) => textContent);
  expect(headings).toEqual(['What you did', 'What left this device']);
  await expect.poll(text).toContain('[item-3]');
  expect(element.querySelector('p')!.offsetHeight).toBeGreaterThan(0);
});

test('one line is forgotten by its button, and the keyboard goes on with the next, from the heading after the last', async () => {
  const { recluse, element, text } = await inspected();
  const line = [...element.shadowRoot!.querySelectorAll<HTMLButtonElement>('[data-do="line"]')].find((one) =>
    one.getAttribute('aria-label')!.includes('First item-3'),
  )!;
  line.focus();
  line.click();
  await expect.poll(text).not.toContain('First item-3 bought');
  expect((await recluse.history()).map(({ type }) => type).sort()).toEqual(['search', 'view']);
  expect(text()).toContain('1 line forgotten.');
  const focused = () => element.shadowRoot!.activeElement as HTMLElement | null;
  await expect.poll(() => focused()?.getAttribute('aria-label')).toMatch(/^Forget: looked at First item-4/);
  for (const left of [1, 0]) {
    focused()!.click();
    await expect.poll(async () => (await recluse.history()).length).toBe(left);
    await expect.poll(() => element.shadowRoot!.querySelectorAll('[data-do="line"]').length).toBe(left);
    await expect.poll(() => (left ? focused()?.dataset.do : focused()?.id)).toBe(left ? 'line' : 'known');
  }
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
