import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { chromiumArgs, findChromium } from '../../scripts/chromium.mjs';
import { serve } from '../../scripts/serve.mjs';
import type { Interaction } from '../../src/contract.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A visitor at one moment: interactions in the order in which they were stored. */
export interface Visitor {
  user: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Hour, weekday and whatever else the pack declares. */
  context?: Record<string, string | number>;
  interactions: (Interaction & { time: number })[];
}

/** One place of a list. */
export interface Place {
  id: string;
  score: number;
}

/** Where the device's clock stands: any time after every `now` and before the real one. */
const moment = Date.UTC(2020, 0, 1);

/**
 * The lists that the built SDK makes for these visitors in a real Chromium, int8 in WebAssembly.
 *
 * @param pack folder of the pack
 */
export async function listsFromBrowser(visitors: Visitor[], pack: string, limit: number): Promise<Place[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'recluse-parity-'));
  await cp(here('./site'), folder, { recursive: true });
  await cp(here('../../dist'), join(folder, 'sdk'), { recursive: true });
  await cp(pack, join(folder, 'pack'), { recursive: true });
  const served = await serve({ folder });
  const browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumArgs });
  try {
    const page = await browser.newPage();
    await page.goto(served.url);
    await page.waitForFunction(() => 'lists' in window);
    return await page.evaluate(
      ([of, at, most]) =>
        (window as unknown as { lists(of: Visitor[], at: number, most: number): Promise<Place[][]> }).lists(
          of,
          at,
          most,
        ),
      [visitors, moment, limit] as [Visitor[], number, number],
    );
  } finally {
    await browser.close();
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
