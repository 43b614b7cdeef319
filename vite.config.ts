import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { chromiumArgs, installedChromium } from './scripts/chromium.mjs';
import { workerFromSource } from './scripts/worker-url.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What an app imports, by name: entry points of their own first, for `recluse` is how they all begin. */
const entries = (fileOf: (name: string) => string): Record<string, string> => ({
  'recluse/collect': fileOf('collect'),
  'recluse/element': fileOf('element'),
  'recluse/inspector': fileOf('inspector'),
  'recluse/learn': fileOf('learn'),
  'recluse/measure': fileOf('measure'),
  'recluse/react': fileOf('react'),
  recluse: fileOf('index'),
});

/** Puts the committed pack into the built demo as it is: its names are hashes already. */
function shipPack(): Plugin {
  const folder = here('./demo/pack');
  return {
    name: 'recluse:ship-pack',
    apply: 'build',
    generateBundle() {
      if (!existsSync(folder)) return this.warn('demo/pack is missing: `npm run pack` makes it.');
      for (const file of readdirSync(folder))
        this.emitFile({ type: 'asset', fileName: `pack/${file}`, source: readFileSync(`${folder}/${file}`) });
    },
  };
}

/** What every kind of test shares: `recluse` means the sources, whose worker is a source too. */
function project(
  test: NonNullable<TestProjectInlineConfiguration['test']>,
  instead: Readonly<Record<string, string>> = {},
): TestProjectInlineConfiguration {
  return {
    root: here('.'),
    resolve: { alias: { ...entries((name) => here(`./src/${name}.ts`)), ...instead } },
    plugins: [workerFromSource()],
    worker: { format: 'es', plugins: () => [workerFromSource()] },
    // Found out during the first run, a dependency would be bundled then, and the page reloaded under the test.
    optimizeDeps: {
      include: ['comlink', 'idb', 'minisearch', 'react', 'react-dom/client', 'react-dom/server', 'axe-core'],
      exclude: ['onnxruntime-web'],
    },
    test,
  };
}

/** Tests that run inside a real browser. @param instead packages that take the place of others */
function inBrowser(
  name: string,
  include: string[],
  chromium: string | undefined,
  instead: Readonly<Record<string, string>> = {},
): TestProjectInlineConfiguration {
  return project(
    {
      name,
      include,
      // Nobody waits so long where the machine is not busy; what must be fast is measured in the tests themselves.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 10_000 } },
      env: { REACT: instead.react ?? 'react' },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { args: chromiumArgs, ...(chromium ? { executablePath: chromium } : {}) },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
    instead,
  );
}

async function projects(): Promise<TestProjectInlineConfiguration[]> {
  const chromium = await installedChromium();
  return [
    project({ name: 'unit', include: ['test/unit/**/*.test.ts'], environment: 'node' }),
    // Rooms of the worker in a real browser, with its own IndexedDB and Cache Storage.
    inBrowser('browser', ['test/browser/**/*.browser.ts'], chromium),
    // The hooks once more, on the oldest React that they are for.
    inBrowser('react-18', ['test/browser/react.browser.ts'], chromium, {
      react: 'react-18',
      'react-dom': 'react-dom-18',
    }),
    // The built demo as a visitor has it: driven from outside, served by our own server.
    project({
      name: 'demo',
      include: ['test/browser/**/*.demo.test.ts'],
      environment: 'node',
      // Robots share two cores between this and the Python tests: what one breath of theirs upsets is asked twice.
      retry: process.env.CI ? 1 : 0,
      // Seconds where the machine is not busy; the whole shop is looked through in some.
      testTimeout: 240_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 30_000 } },
      // Each file starts a browser; two cores are busy with one.
      fileParallelism: false,
    }),
    // The same lists from PyTorch, from onnxruntime and from the browser.
    project({
      name: 'parity',
      include: ['test/parity/**/*.test.ts'],
      environment: 'node',
      testTimeout: 600_000,
      hookTimeout: 600_000,
      fileParallelism: false,
    }),
  ];
}

export default defineConfig(async ({ command }) => ({
  root: here('./demo'),
  // `npm run dev` works on the sources; the built demo runs on the built SDK, so that what ships is what is tested.
  resolve: {
    alias: entries((name) => here(command === 'build' ? `./dist/${name}.js` : `./src/${name}.ts`)),
  },
  plugins: process.env.VITEST
    ? []
    : [workerFromSource(), shipPack(), ...(await import('./demo/build/plugins.ts')).default],
  worker: { format: 'es' as const, plugins: () => [workerFromSource()] },
  server: { fs: { allow: [here('.')] } },
  // The optimiser would move ONNX Runtime's script away from its .wasm.
  optimizeDeps: { include: ['comlink', 'idb', 'minisearch'], exclude: ['onnxruntime-web'] },
  build: {
    outDir: here('./demo/dist'),
    emptyOutDir: true,
    target: 'es2022',
    // The shop's Content-Security-Policy allows neither data: URLs nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  test: { root: here('.'), projects: process.env.VITEST ? await projects() : [] },
}));
