/** `npm start`: from a fresh clone to the demo shop in the browser. Uses nothing but Node until the packages are here. */
import { ensurePackages } from './packages.mjs';
import { main, root } from './run.mjs';
import { serve } from './serve.mjs';

const usualPort = 5173;

await main(import.meta, async () => {
  await ensurePackages();
  const { build } = await import('./build.mjs');
  await build({ onlyIfOlder: true });
  const { url, stop } = await serve({
    folder: `${root}demo/dist`,
    port: Number(process.env.PORT) || usualPort,
    orNext: true,
  });
  console.log(`\nThe shop is open (Ctrl-C closes it):\n\n${url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, async () => {
      await stop();
      process.exit(0);
    });
});
