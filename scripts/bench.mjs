/** `npm run bench [-- --json FILE]`: how fast the built SDK is in a real browser on this machine. */
import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { main, root, run } from './run.mjs';

await main(import.meta, async (args) => {
  const bench = 'test/bench/bench.mjs';
  if (!existsSync(root + bench)) throw new Error(`${bench} is not there: nothing to measure.`);
  await build({ onlyIfOlder: true });
  const env = { RECLUSE_CHROMIUM: await findChromium() };
  if (!(await run(process.execPath, [bench, ...args], { env }))) process.exitCode = 1;
});
