/** `npm run pack`: trains the default model again and writes the pack that the demo ships. */
import { ensurePython, pythonProgram } from './python.mjs';
import { main, run } from './run.mjs';

await main(import.meta, async (args) => {
  await ensurePython();
  const build = ['build', '--config', 'server-export/configs/grocery.toml', '--out', 'demo/pack', ...args];
  if (!(await run(pythonProgram('recluse-export'), build)))
    throw new Error('No new pack; demo/pack is as it was.');
});
