import { readFile } from 'node:fs/promises';
import { root, run } from './run.mjs';

/** @param {string} path @returns {Promise<Record<string, { version?: string, optional?: boolean }> | undefined>} */
async function lockedPackages(path) {
  try {
    return JSON.parse(await readFile(root + path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds what package-lock.json asks for. Packages for other platforms may be missing. */
async function complete() {
  const wanted = await lockedPackages('package-lock.json');
  const present = await lockedPackages('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

/** Installs the Node packages if they are missing or not the locked ones; says so while it does. */
export async function ensurePackages() {
  if (await complete()) return;
  console.log('Installing the Node packages (once) ...');
  if (
    !(await run('npm', [
      'ci',
      '--no-audit',
      '--no-fund',
      process.stdout.isTTY ? '--progress' : '--no-progress',
    ]))
  )
    throw new Error('`npm ci` failed; its message is above.');
}
