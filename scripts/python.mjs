/** The trainer's own Python: server-export/.venv, made again only when what it should hold has changed. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { main, root, run } from './run.mjs';

const home = `${root}server-export`;
const environment = `${home}/.venv`;
const programs = process.platform === 'win32' ? `${environment}/Scripts` : `${environment}/bin`;
const stamp = `${environment}/made-from`;
const sources = ['requirements.lock', 'pyproject.toml'];

/** A program of the trainer's environment, such as `python`, `ruff` or `recluse-export`. @param {string} name */
export const pythonProgram = (name) => `${programs}/${name}`;

/** Whether the trainer's environment is there, as new as its lock file or not. */
export const hasPython = () => existsSync(stamp);

/** The first Python on the PATH that is new enough. */
function suitablePython() {
  for (const name of ['python3.11', 'python3', 'python', 'python3.12', 'python3.13']) {
    try {
      const ask = 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")';
      const path = execFileSync(name, ['-c', ask], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
      if (path) return path;
    } catch {
      // no Python of this name
    }
  }
  throw new Error(
    'No Python 3.11 or newer on the PATH: install Python 3.11 (with its venv module) and try again.',
  );
}

/** Makes the environment if it is missing, or was made from another lock file. Says so while it does. */
export async function ensurePython() {
  for (const name of sources)
    if (!existsSync(`${home}/${name}`))
      throw new Error(`server-export/${name} is not there: no Python to set up.`);
  const wanted = createHash('sha256');
  for (const name of sources) wanted.update(readFileSync(`${home}/${name}`));
  const digest = wanted.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;

  console.log('Setting up server-export/.venv (once; PyTorch is large) ...');
  rmSync(stamp, { force: true });
  const python = pythonProgram('python');
  const quiet = process.stdout.isTTY ? [] : ['--quiet'];
  const pip = [python, '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', ...quiet];
  const steps = [
    ...(existsSync(python) ? [] : [[suitablePython(), '-m', 'venv', environment]]),
    [...pip, '-r', `${home}/requirements.lock`],
    // The lock file names everything, the build backend too: nothing is resolved, nothing else downloaded.
    [...pip, '--no-deps', '--no-build-isolation', '-e', home],
  ];
  for (const [program = '', ...args] of steps)
    if (!(await run(program, args)))
      throw new Error(`server-export/.venv is not complete: \`${args.join(' ')}\` failed.`);
  writeFileSync(stamp, digest);
}

await main(import.meta, ensurePython);
