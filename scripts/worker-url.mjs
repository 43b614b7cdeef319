/**
 * The SDK starts its worker by the one literal that every bundler understands:
 *
 *     new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
 *
 * In `dist/` that is true as it stands: `worker.js` lies beside `index.js`. In `src/` it is not: there the worker is
 * `../worker/index.ts`. The two plugins here bridge that, so that the source keeps the literal and nobody has
 * to think about it again.
 */

const sourceOfThePage = /\/src\/[\w-]+\.ts$/;
const literal = /new URL\(\s*(['"])\.\/worker\.js\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const construction =
  /new Worker\(\s*new URL\(\s*(['"])\.\/worker\.js\1\s*,\s*import\.meta\.url\s*,?\s*\)\s*,\s*\{\s*type:\s*'module'\s*,?\s*\}\s*,?\s*\)/g;

/** For everything that runs the sources (dev server, tests in the browser): points the literal at the source. */
export function workerFromSource() {
  return {
    name: 'recluse:worker-from-source',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} code @param {string} id */
    transform(code, id) {
      if (!sourceOfThePage.test(id.split('?')[0] ?? '') || !code.includes('./worker.js')) return null;
      return { code: code.replace(literal, "new URL('../worker/index.ts', import.meta.url)"), map: null };
    },
  };
}

/** For the build of the page: hides the literal from Vite, which would bundle it away, and puts it back at the end. */
export function keepWorkerLiteral() {
  const placeholder = '__RECLUSE_START_WORKER__';
  let seen = false;
  return {
    name: 'recluse:keep-worker-literal',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} code @param {string} id */
    transform(code, id) {
      if (!sourceOfThePage.test(id) || !code.includes('./worker.js')) return null;
      const hidden = code.replace(construction, placeholder);
      if (hidden === code) return null;
      seen = true;
      return { code: hidden, map: null };
    },
    /** @param {unknown} _options @param {Record<string, { type: string, code?: string }>} bundle */
    generateBundle(_options, bundle) {
      if (!seen)
        throw new Error(
          "src/ starts no worker by `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })`.",
        );
      for (const chunk of Object.values(bundle))
        if (chunk.code)
          chunk.code = chunk.code.replaceAll(
            placeholder,
            "new Worker(new URL('./worker.js',import.meta.url),{type:'module'})",
          );
    },
  };
}
