/** Where Chromium is, and how to start it so that it keeps quiet. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { main, run, runPackage } from './run.mjs';

const isRoot = process.getuid?.() === 0;

/** Chromium must not talk to its maker during tests; as root its sandbox cannot work. */
export const chromiumArgs = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  ...(isRoot ? ['--no-sandbox'] : []),
];

/** @param {string} name */
function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return undefined;
}

function usualPlaces() {
  const { LOCALAPPDATA, PROGRAMFILES, 'PROGRAMFILES(X86)': programs32, HOME } = process.env;
  if (process.platform === 'darwin')
    return ['/Applications', `${HOME}/Applications`].flatMap((folder) => [
      `${folder}/Google Chrome.app/Contents/MacOS/Google Chrome`,
      `${folder}/Chromium.app/Contents/MacOS/Chromium`,
    ]);
  if (process.platform === 'win32')
    return [PROGRAMFILES, programs32, LOCALAPPDATA].flatMap((folder) => [
      `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
      `${folder}\\Chromium\\Application\\chrome.exe`,
    ]);
  return [];
}

/** A Chromium that is here already, or `undefined`. Installs nothing. */
export async function installedChromium() {
  const named = process.env.RECLUSE_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`RECLUSE_CHROMIUM names ${named}, which does not exist.`);
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = names.map(onPath).find(Boolean) ?? usualPlaces().find(existsSync);
  return found ?? (await playwrightsOwn());
}

/** The Chromium that `playwright install` puts into its cache. */
async function playwrightsOwn() {
  const { chromium } = await import('playwright');
  const file = chromium.executablePath();
  return file && existsSync(file) ? file : undefined;
}

async function debianPackage() {
  if (process.platform !== 'linux' || !isRoot || !onPath('apt-get')) return undefined;
  const quietly = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
  const packages = ['chromium', 'fonts-liberation', 'fonts-noto-color-emoji'];
  if (!(await run('apt-get', ['update', '-qq'], quietly))) return undefined;
  if (!(await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quietly)))
    return undefined;
  return onPath('chromium');
}

/** The path of a Chromium: the one that `RECLUSE_CHROMIUM` names, else an installed one, else one that it installs. */
export async function findChromium() {
  const here = await installedChromium();
  if (here) return here;
  console.log('No Chromium found; installing one (once) ...');
  const downloaded = await runPackage('playwright/cli.js', ['install', 'chromium']);
  const file = (downloaded ? await playwrightsOwn() : undefined) ?? (await debianPackage());
  if (file) return file;
  throw new Error(
    'No Chromium here: install Chromium or Chrome, or set RECLUSE_CHROMIUM to the path of one.',
  );
}

await main(import.meta, async () => console.log(await findChromium()));
