/** `npm run dev`: the demo on the sources of the SDK, with hot reload. */
import { createServer } from 'vite';
import { generate } from './generate.mjs';
import { main, root } from './run.mjs';

await main(import.meta, async () => {
  await generate();
  const server = await createServer({ configFile: `${root}vite.config.ts` });
  await server.listen();
  server.printUrls();
});
