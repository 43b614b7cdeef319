import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { chromiumArgs, findChromium } from '../../../scripts/chromium.mjs';

/** A browser with the demo open, and everything that it did so far. */
export interface Shop {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Every address that page, workers and service worker asked for, from the network or from a cache. */
  readonly requests: readonly string[];
  /** Everything that was printed to a console, and every error that nobody caught. */
  readonly messages: readonly string[];
  /** Every violation of the Content-Security-Policy: the directive and what it blocked. */
  readonly violations: readonly string[];
  /** The browser's profile: hand it to {@link openShop} again to come back as the same visitor. */
  readonly profile: string;
  /** One more tab of the same visitor, recorded as well. */
  newTab(url: string): Promise<Page>;
  /** Ends the browser at once, as if the program were killed: nothing is flushed, no page is told. */
  crash(): Promise<void>;
  /** Closes the browser properly. */
  close(): Promise<void>;
}

/** Choices for {@link openShop}: Playwright's own, and these. */
export interface ShopOptions extends BrowserContextOptions {
  /** A profile of an earlier shop. Default: a new, empty one, removed at the end of the test run. */
  profile?: string;
  /** Chromium switches besides the usual ones, for example `--enable-unsafe-webgpu`. */
  args?: readonly string[];
}

const profiles: string[] = [];

/** Opens a page of the shop in a browser of its own. */
export async function openShop(
  url: string,
  { profile, args = [], ...options }: ShopOptions = {},
): Promise<Shop> {
  const home = profile ?? (await mkdtemp(join(tmpdir(), 'recluse-shop-')));
  if (!profile) profiles.push(home);
  const context = await chromium.launchPersistentContext(home, {
    executablePath: await findChromium(),
    args: [...chromiumArgs, ...args],
    ...options,
  });
  // Thirty seconds, Playwright's own, is little where every step waits for a busy machine.
  context.setDefaultTimeout(120_000);
  context.setDefaultNavigationTimeout(120_000);
  const requests: string[] = [];
  const messages: string[] = [];
  const violations: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`));
  context.on('weberror', (error) => messages.push(`uncaught: ${error.error().message}`));
  await context.exposeBinding('__violation', (_source, text: string) => violations.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      (window as unknown as { __violation(text: string): void }).__violation(
        `${effectiveDirective} ${blockedURI}`,
      );
    });
  });
  const newTab = async (address: string) => {
    const tab = await context.newPage();
    await tab.goto(address);
    return tab;
  };
  const crash = async () => {
    const gone = new Promise((done) => context.once('close', done));
    const session = await context.newCDPSession(page);
    session.send('Browser.crash').catch(() => {}); // The answer never comes.
    await gone;
  };
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(url);
  const close = () => context.close();
  return { page, context, requests, messages, violations, profile: home, newTab, crash, close };
}

/** Waits until the page's recommender is there. What was kept of the visit before is on the page earlier. */
export const started = (page: Page): Promise<unknown> => page.waitForFunction(() => 'recluse' in window);

/** Removes the profiles of all shops that this file opened. For `afterAll`. */
export async function forgetProfiles(): Promise<void> {
  await Promise.all(
    profiles.splice(0).map((home) => rm(home, { recursive: true, force: true, maxRetries: 3 })),
  );
}
