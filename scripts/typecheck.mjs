/** `npm run typecheck`: each room under the globals it really has (page, worker, Node), all at once. */
import { generate } from './generate.mjs';
import { main, runPackage } from './run.mjs';

const rooms = ['.', 'worker', 'demo', 'demo/tsconfig.sw.json', 'test'];

await main(import.meta, async () => {
  await generate();
  const sound = await Promise.all(
    rooms.map((room) => runPackage('typescript/bin/tsc', ['-p', room], { quiet: true })),
  );
  const broken = rooms.filter((_, index) => !sound[index]);
  if (broken.length > 0) throw new Error(`Types do not fit in: ${broken.join(', ')}`);
});
