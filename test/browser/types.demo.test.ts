/** What is published, compiled where nothing else of this repository is: an app in strict TypeScript that calls every method. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const compiler = here('node_modules/typescript/bin/tsc');

let app: string;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'recluse-types-'));
  const installed = join(app, 'node_modules/recluse');
  await mkdir(installed, { recursive: true });
  await cp(here('package.json'), join(installed, 'package.json'));
  await cp(here('dist'), join(installed, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.wasm'),
  });
  await cp(here('test/types/every-method.ts'), join(app, 'every-method.ts'));
  await writeFile(join(app, 'package.json'), JSON.stringify({ type: 'module' }));
});

afterAll(() => rm(app, { recursive: true, force: true }));

test.each([
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
])('an app that calls every method compiles with moduleResolution %s', async (moduleResolution, module) => {
  await writeFile(
    join(app, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module,
        moduleResolution,
        target: 'es2022',
        lib: ['es2022', 'dom', 'dom.iterable'],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        noEmit: true,
      },
      files: ['every-method.ts'],
    }),
  );
  const compiled = promisify(execFile)(process.execPath, [compiler, '-p', app]);
  const messages = await compiled.then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(messages).toBe('');
});
