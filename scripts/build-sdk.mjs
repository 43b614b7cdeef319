/**
 * The two halves of the SDK as a site loads them: plain ES modules that need no bundler.
 *
 * Two builds, because they share nothing at run time: the page's half must stay tiny, the worker's half brings
 * ONNX Runtime as chunks that are loaded on demand, with its .wasm beside them.
 */
import { build } from 'vite';
import { root } from './run.mjs';
import { keepWorkerLiteral } from './worker-url.mjs';

const target = 'es2022';

/** They share types alone, so neither loads the other. */
const standAlone = ['index', 'collect', 'measure', 'learn'];
/** Entry points that stand on those two. */
const onTop = ['element'];

/** @param {string} folder */
export async function buildPage(folder) {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    plugins: [keepWorkerLiteral(), plainDynamicImport()],
    build: {
      target,
      outDir: folder,
      emptyOutDir: true,
      minify: true,
      modulePreload: false,
      // Bundled packages keep their licence texts.
      license: { fileName: 'licenses-page.md' },
      rolldownOptions: {
        input: inputs(standAlone),
        // An app imports from these files: their exports must keep their names.
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

/** @param {readonly string[]} names */
const inputs = (names) => Object.fromEntries(names.map((name) => [name, `${root}src/${name}.ts`]));

/** What stands on the others imports their files: built together, those would become facades of shared chunks. @param {string} folder */
export async function buildOnTop(folder) {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    plugins: [besideIt(), plainDynamicImport()],
    build: {
      target,
      outDir: folder,
      emptyOutDir: false,
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: inputs(onTop),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

/** `../index.ts` is `./index.js`, which lies beside the result. */
function besideIt() {
  const entry = new RegExp(`^\\.{1,2}/(${standAlone.join('|')})\\.ts$`);
  return {
    name: 'recluse:beside-it',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} source */
    resolveId(source) {
      const name = entry.exec(source)?.[1];
      return name ? { id: `./${name}.js`, external: true } : null;
    },
  };
}

/** @param {string} folder */
export async function buildWorker(folder) {
  await build({
    configFile: false,
    root,
    // Relative addresses: the files work from whatever folder a site puts them into.
    base: './',
    logLevel: 'warn',
    publicDir: false,
    plugins: [plainDynamicImport(), ownScript()],
    build: {
      target,
      outDir: folder,
      emptyOutDir: false,
      minify: true,
      // Not Vite's library mode, which would write the .wasm into the script as base64 (vite #3295).
      assetsInlineLimit: 0,
      assetsDir: '',
      modulePreload: false,
      license: { fileName: 'licenses-worker.md' },
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: { worker: `${root}worker/index.ts` },
        // What is loaded on demand must not import from the entry: under another address (`worker.js?v=2`) that would start a second one.
        preserveEntrySignatures: 'strict',
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: 'worker-[name]-[hash].js',
          // All that is needed from the start in one file: in pieces it compresses worse.
          codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
        },
      },
    },
  });
}

/** Vite wraps dynamic imports to preload their styles into the document. There are no styles, and a worker has no document. */
function plainDynamicImport() {
  return {
    name: 'recluse:plain-dynamic-import',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} id */
    load(id) {
      return id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null;
    },
  };
}

/**
 * ONNX Runtime names its own script by its published file name, which no bundler finds (ours and every site's would
 * warn). It means "this script".
 */
function ownScript() {
  return {
    name: 'recluse:own-script',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} code @param {string} id */
    transform(code, id) {
      if (!id.includes('/onnxruntime-web/')) return null;
      const renamed = code.replace(
        /new \w+\("ort\.\w+\.bundle\.min\.mjs",\s*import\.meta\.url\)/g,
        'new URL(import.meta.url)',
      );
      return renamed === code ? null : { code: renamed, map: null };
    },
  };
}
