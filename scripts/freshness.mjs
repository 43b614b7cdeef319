import { readdirSync, statSync } from 'node:fs';
import { root } from './run.mjs';

/** @param {string} path @param {(name: string) => boolean} skip @returns {number} */
function newest(path, skip) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  // A folder's own time tells of files that were removed.
  return readdirSync(path)
    .filter((name) => !skip(name))
    .reduce((time, name) => Math.max(time, newest(`${path}/${name}`, skip)), stat.mtimeMs);
}

/**
 * Whether every output exists and is newer than all inputs. Paths are relative to the top folder; folders count
 * with all that is in them, but for what is itself made.
 *
 * @param {readonly string[]} outputs
 * @param {readonly string[]} inputs
 */
export function upToDate(outputs, inputs) {
  const made = (/** @type {string} */ name) =>
    name === 'dist' || name.includes('.generated.') || name.startsWith('.');
  const changed = Math.max(...inputs.map((path) => newest(root + path, made)));
  return outputs.every((path) => (statSync(root + path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > changed);
}
