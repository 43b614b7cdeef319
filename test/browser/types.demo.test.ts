/** What is published, compiled where nothing else of this repository is: an app in strict TypeScript that calls every method. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
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

const options = {
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
};

/** What the compiler says of one file; nothing if all is well. */
async function complaintsAbout(file: string, compilerOptions: object): Promise<string> {
  await writeFile(
    join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...options, ...compilerOptions }, files: [file] }),
  );
  return promisify(execFile)(process.execPath, [compiler, '-p', app]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

test('the component that the React recipe shows compiles', async () => {
  const recipe = await readFile(here('docs/recipes/react.md'), 'utf8');
  const [, code] = /^```tsx\n(.*?)^```/ms.exec(recipe)!;
  await writeFile(join(app, 'component.tsx'), code!);
  await mkdir(join(app, 'node_modules/@types'), { recursive: true });
  for (const name of ['react', '@types/react', 'csstype'])
    await symlink(here(`node_modules/${name}`), join(app, 'node_modules', name));
  // React's own declarations are not what is looked at.
  const react = { module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', skipLibCheck: true };
  expect(await complaintsAbout('component.tsx', react)).toBe('');
});

test.each([
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
])('an app that calls every method compiles with moduleResolution %s', async (moduleResolution, module) => {
  expect(await complaintsAbout('every-method.ts', { module, moduleResolution })).toBe('');
});
