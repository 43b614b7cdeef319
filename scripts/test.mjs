/**
 * `npm test`: sets up all that it needs and runs everything, step by step; a step that fails does not hide the next.
 * `--only NAME` runs one step, with what comes after it given to the tool (`npm run test:unit -- -t word`).
 */
import { ensurePackages } from './packages.mjs';
import { main, root, run, runPackage } from './run.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {('python' | 'chromium' | 'sources' | 'built')[]} [set] What it stands on.
 * @property {boolean} [aside] Runs beside the steps after it, which wait for a browser most of the time.
 * @property {(args: string[], aside: boolean) => Promise<boolean>} work
 */

const script = (/** @type {string} */ name, /** @type {string[]} */ args = []) =>
  run(process.execPath, [`${root}scripts/${name}.mjs`, ...args]);
const vitest = (/** @type {string[]} */ projects, /** @type {string[]} */ args) =>
  runPackage('vitest/vitest.mjs', ['run', ...projects.flatMap((name) => ['--project', name]), ...args]);

/** @type {Step[]} */
const steps = [
  { name: 'typecheck', work: () => script('typecheck') },
  { name: 'lint', set: ['python'], work: () => script('lint') },
  { name: 'unit', set: ['sources'], work: (args) => vitest(['unit'], args) },
  { name: 'build', work: () => script('build') },
  { name: 'size', work: () => script('size', ['--budgets']) },
  {
    name: 'python',
    set: ['python'],
    aside: true,
    work: async (args, aside) => {
      const { pythonProgram } = await import('./python.mjs');
      return run(pythonProgram('python'), ['-m', 'pytest', 'server-export', ...args], { aside });
    },
  },
  { name: 'parity', set: ['python', 'chromium', 'built'], work: (args) => vitest(['parity'], args) },
  {
    name: 'browser',
    set: ['chromium', 'built'],
    work: (args) => vitest(['browser', 'react-18', 'demo'], args),
  },
];

/**
 * What steps stand on. Each is set up when the first step asks for it, and only then; a failure is told to every
 * step that asks.
 *
 * @type {Record<NonNullable<Step['set']>[number], () => Promise<void>>}
 */
const ground = {
  python: once(async () => (await import('./python.mjs')).ensurePython()),
  chromium: once(async () => {
    process.env.RECLUSE_CHROMIUM = await (await import('./chromium.mjs')).findChromium();
  }),
  sources: once(async () => (await import('./generate.mjs')).generate()),
  built: once(async () => (await import('./build.mjs')).build({ onlyIfOlder: true })),
};

/** @param {() => Promise<void>} work */
function once(work) {
  /** @type {Promise<void> | undefined} */
  let result;
  return () => {
    result ??= work();
    return result;
  };
}

/** @param {Step} step @param {string[]} args @param {boolean} aside */
async function attempt({ name, set = [], work }, args, aside) {
  console.log(`\n--- ${name}${aside ? ' (beside the next steps; what it prints comes at its end)' : ''}`);
  const started = performance.now();
  let passed = false;
  try {
    for (const need of set) await ground[need]();
    passed = await work(args, aside);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  return { name, passed, seconds: (performance.now() - started) / 1000 };
}

await main(import.meta, async ([flag, only, ...args]) => {
  const started = performance.now();
  const chosen = flag === '--only' ? steps.filter(({ name }) => name === only) : steps;
  if (chosen.length === 0)
    throw new Error(`There is no step ${only}; there are ${steps.map(({ name }) => name).join(', ')}.`);
  await ensurePackages();
  /** @type {ReturnType<typeof attempt>[]} */
  const attempts = [];
  for (const step of chosen) {
    const aside = step.aside === true && chosen.length > 1;
    const result = attempt(step, args, aside);
    attempts.push(result);
    if (!aside) await result;
  }
  const results = await Promise.all(attempts);

  const failed = results.filter(({ passed }) => !passed).length;
  if (failed > 0) process.exitCode = 1;
  // One step speaks for itself.
  if (flag === '--only') return;
  console.log('\nstep          seconds  result');
  for (const { name, passed, seconds } of results)
    console.log(`${name.padEnd(12)}${seconds.toFixed(1).padStart(9)}  ${passed ? 'passed' : 'FAILED'}`);
  const total = (performance.now() - started) / 1000;
  console.log(`${'everything'.padEnd(12)}${total.toFixed(1).padStart(9)}\n`);
  console.log(`${results.length - failed} passed, ${failed} failed`);
});
