import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin, PluginOption } from 'vite';
import { defineConfig } from 'vitest/config';
import { workerFromSource } from './scripts/worker-url.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The demo may bring Vite plugins of its own (shelves in the HTML, the icon sprite, the service worker's list). */
async function demoPlugins(): Promise<PluginOption[]> {
  const path = here('./demo/build/plugins.ts');
  return existsSync(path) ? (await import(path)).default : [];
}

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

export default defineConfig(async ({ command }) => ({
  root: here('./demo'),
  // `npm run dev` works on the sources; the built demo runs on the built SDK, so that what ships is what is tested.
  resolve: { alias: { recluse: here(command === 'build' ? './dist/index.js' : './src/index.ts') } },
  plugins: [workerFromSource(), shipPack(), ...(await demoPlugins())],
  worker: { format: 'es' as const, plugins: () => [workerFromSource()] },
  server: { fs: { allow: [here('.')] } },
  // The optimiser would move the SDK's worker away from its neighbours (vite #21422).
  optimizeDeps: { exclude: ['recluse', 'onnxruntime-web'] },
  build: {
    outDir: here('./demo/dist'),
    emptyOutDir: true,
    target: 'es2022',
    // The shop's Content-Security-Policy allows neither data: URLs nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
}));
