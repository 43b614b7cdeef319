/**
 * `npm run pack`: trains the default model again, and writes everything that hangs on it: the pack that the demo ships, the
 * checkpoint and the households that parity is tested with, and the sample shoppers. `--seed` and `--quick` go to the training.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePython, pythonProgram } from './python.mjs';
import { main, root, run } from './run.mjs';

const config = 'server-export/configs/grocery.toml';
const checkpoint = ['checkpoint.json', 'checkpoint.safetensors'];

/** @param {string} program @param {string[]} args */
async function must(program, args) {
  if (!(await run(pythonProgram(program), args)))
    throw new Error(`${program} ${args[0]} failed. What was not written before is as it was.`);
}

await main(import.meta, async (args) => {
  await ensurePython();
  const work = await mkdtemp(join(tmpdir(), 'recluse-pack-'));
  try {
    await must('recluse-export', ['train', '--config', config, '--work', work, ...args]);
    await must('recluse-export', ['evaluate', '--work', work]);
    await must('recluse-export', ['export', '--work', work, '--out', 'demo/pack']);
    for (const file of checkpoint)
      await cp(join(work, file), `${root}server-export/checkpoints/grocery/${file}`);
    await must('recluse-export', ['samples', '--config', config, '--out', 'demo/shoppers.json']);
    const households = ['-m', 'recluse_export.export.households', '--config', config];
    await must('python', [...households, '--out', 'test/golden/households.json']);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});
