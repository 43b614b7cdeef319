/** `npm run lint`: form and habits (Biome, ruff), and whose imports may go where. `--write` repairs what it can. */
import { existsSync } from 'node:fs';
import { checkBoundaries } from './boundaries.mjs';
import { hasPython, pythonProgram } from './python.mjs';
import { main, root, run, runPackage } from './run.mjs';

await main(import.meta, async (args) => {
  const write = args.includes('--write');
  /** @type {string[]} */
  const complaints = [];
  if (
    !(await runPackage('@biomejs/biome/bin/biome', [
      'check',
      ...(write ? ['--write'] : ['--error-on-warnings']),
      '.',
    ]))
  )
    complaints.push('biome');

  if (existsSync(`${root}server-export/pyproject.toml`)) {
    if (hasPython()) {
      const ruff = pythonProgram('ruff');
      const check = await run(ruff, ['check', ...(write ? ['--fix'] : []), 'server-export']);
      const format = await run(ruff, ['format', ...(write ? [] : ['--check']), 'server-export']);
      if (!check || !format) complaints.push('ruff');
    } else console.log('Python is not checked: `npm run test:python` makes its environment.');
  }

  const broken = checkBoundaries();
  for (const line of broken) console.error(line);
  if (broken.length > 0) complaints.push('boundaries');
  if (complaints.length > 0) throw new Error(`Not clean: ${complaints.join(', ')}`);
});
