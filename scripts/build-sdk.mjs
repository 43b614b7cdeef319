/**
 * The two halves of the SDK as a site loads them: plain ES modules that need no bundler.
 *
 * Two builds, because they share nothing at run time: the page's half must stay tiny, the worker's half brings
 * ONNX Runtime as chunks that are loaded on demand, with its .wasm beside them.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'vite';
import { root } from './run.mjs';
import { keepWorkerLiteral } from './worker-url.mjs';

const target = 'es2022';
/** What all builds have in common. */
const alike = /** @type {const} */ ({ configFile: false, root, logLevel: 'warn', publicDir: false });

/** They share types alone, so neither loads the other. */
const standAlone = ['index', 'collect', 'measure', 'learn'];
/** Entry points that stand on those two. */
const onTop = ['element', 'inspector', 'react'];

/** @param {string} folder */
export async function buildPage(folder) {
  await build({
    ...alike,
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
    ...alike,
    plugins: [besideIt(), plainDynamicImport()],
    build: {
      target,
      outDir: folder,
      emptyOutDir: false,
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: inputs(onTop),
        external: ['react'],
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
    ...alike,
    // Relative addresses: the files work from whatever folder a site puts them into.
    base: './',
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

const workerStart =
  /new Worker\(\s*new URL\(\s*(['"])\.\/worker\.js\1\s*,\s*import\.meta\.url\s*,?\s*\)\s*,\s*\{\s*type:\s*'module'\s*,?\s*\}\s*,?\s*\)/;

/** In a script tag there is no `import.meta`: the worker is started by what knows where the tag's script came from. */
function workerOfTheTag() {
  return {
    name: 'recluse:worker-of-the-tag',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} code @param {string} id */
    transform(code, id) {
      if (!id.endsWith('/src/recommender.ts')) return null;
      if (!workerStart.test(code))
        throw new Error('src/recommender.ts starts no worker that could be replaced.');
      const replaced = code.replace(workerStart, 'startWorkerOfTheTag()');
      return {
        code: `import { startWorker as startWorkerOfTheTag } from './script/start-worker.ts';\n${replaced}`,
        map: null,
      };
    },
  };
}

/**
 * For a worker in one classic file: `import.meta.url` is what the page says, and ONNX Runtime's WebAssembly is what the worker of modules
 * has put into the folder already.
 *
 * @param {Readonly<Record<string, string>>} wasm file names by what `worker/index.ts` calls them
 */
function whereThePageSays(wasm) {
  return {
    name: 'recluse:where-the-page-says',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} code */
    transform(code) {
      if (!code.includes('import.meta.url')) return null;
      const named = code.replace(/'(onnxruntime-web\/[\w.-]+\.wasm)'/g, (_, name) => `'${wasm[name]}'`);
      return { code: named.replaceAll('import.meta.url', 'self.recluseScript'), map: null };
    },
  };
}

/** For a script tag: one classic script, and a worker in one classic file for pages of other origins. @param {string} folder */
export async function buildScript(folder) {
  const files = readdirSync(folder);
  const file = (/** @type {RegExp} */ name) => {
    const found = files.find((one) => name.test(one));
    if (!found) throw new Error(`${folder} has no ${name}: the worker is built first.`);
    return found;
  };
  const wasm = {
    'onnxruntime-web/ort-wasm-simd-threaded.wasm': file(/^ort-wasm-simd-threaded-[\w-]+\.wasm$/),
    'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm': file(/^ort-.*\.asyncify-[\w-]+\.wasm$/),
  };
  /** @type {[string, string, import('vite').Plugin[]][]} */
  const scripts = [
    ['recluse.script', 'src/script.ts', [workerOfTheTag()]],
    ['recluse.worker', 'worker/index.ts', [ownScript(), whereThePageSays(wasm)]],
  ];
  for (const [name, input, plugins] of scripts)
    await build({
      ...alike,
      plugins: [...plugins, plainDynamicImport()],
      build: {
        target,
        outDir: folder,
        emptyOutDir: false,
        minify: true,
        modulePreload: false,
        chunkSizeWarningLimit: 1000,
        rolldownOptions: {
          input: { [name]: root + input },
          output: {
            format: 'iife',
            name: 'recluseExports',
            codeSplitting: false,
            entryFileNames: '[name].js',
          },
        },
      },
    });
  const hash = createHash('sha384')
    .update(readFileSync(`${folder}/recluse.script.js`))
    .digest('base64');
  writeFileSync(
    `${folder}/integrity.json`,
    `${JSON.stringify({ 'recluse.script.js': `sha384-${hash}` }, null, 2)}\n`,
  );
  console.log(`integrity of recluse.script.js: sha384-${hash}`);
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
