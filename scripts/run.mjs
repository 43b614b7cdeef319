import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The repository's top folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string>} [env] Set besides this process's own.
 * @property {boolean} [quiet] Prints its output only if it fails.
 * @property {boolean} [aside] Prints its output only at its end, because others print meanwhile.
 */

/**
 * Runs a program in the top folder with this terminal's input and output.
 *
 * @param {string} program A name on the PATH, or a file.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<boolean>} Whether it ended well.
 */
export function run(program, args, { env = {}, quiet = false, aside = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: quiet || aside ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      // npm and npx are shell scripts on Windows.
      shell: process.platform === 'win32' && /^np[mx]$/.test(program),
    });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on('data', (part) => output.push(part));
    child.stderr?.on('data', (part) => output.push(part));
    child.on('error', (error) => {
      console.error(`${program} did not start: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => {
      if (aside || (code !== 0 && quiet)) process.stderr.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });
}

/**
 * Runs a package's command line by Node itself, so that no shell and no PATH is in between.
 *
 * @param {string} file Below node_modules.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runPackage(file, args, options) {
  return run(process.execPath, [`${root}node_modules/${file}`, ...args], options);
}

/**
 * The work of a script when it is the one that was started, and nothing when another imports it. An error is one
 * sentence for a person, not a stack.
 *
 * @param {ImportMeta} script
 * @param {(args: string[]) => unknown} work
 */
export async function main(script, work) {
  const started = process.argv[1];
  if (!started || script.url !== pathToFileURL(realpathSync(started)).href) return;
  try {
    await work(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
