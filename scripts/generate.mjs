/**
 * Makes the sources that are derived from other sources:
 * the SIMD kernel from AssemblyScript, the pack's validator and types from its one JSON Schema.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { upToDate } from './freshness.mjs';
import { main, root } from './run.mjs';

const made = '// Made by `npm run generate`. Change the source, not this file.\n';

const kernel = {
  source: 'worker/model/kernel/kernel.ts',
  script: 'worker/model/kernel.generated.ts',
};
const schema = {
  source: 'docs/pack.schema.json',
  validator: 'worker/pack/schema.generated.js',
  declarations: 'worker/pack/schema.generated.d.ts',
  types: 'worker/pack/manifest.generated.ts',
};

/** @param {string} path @param {string} text */
async function write(path, text) {
  await mkdir(dirname(root + path), { recursive: true });
  await writeFile(root + path, made + text);
}

/** The kernel's WebAssembly travels inside the worker's script: no second request, nothing to lose. */
async function makeKernel() {
  const { default: asc } = await import('assemblyscript/asc');
  /** @type {Uint8Array | string | undefined} */
  let binary;
  const { error, stdout, stderr } = await asc.main(
    [
      kernel.source,
      '--baseDir',
      root,
      '--outFile',
      'kernel.wasm',
      '-O3',
      '--noAssert',
      '--converge',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--use',
      'abort=',
    ],
    {
      writeFile(_name, contents) {
        binary = contents;
      },
    },
  );
  if (error || !binary)
    throw new Error(`${kernel.source} does not compile:\n${stderr.toString() || stdout.toString() || error}`);
  const base64 = Buffer.from(binary).toString('base64');
  await write(kernel.script, `export const kernelBase64 =\n  '${base64}';\n`);
}

/**
 * The schema without its prose, which ajv would carry into the worker.
 *
 * @param {unknown} schema
 * @returns {import('ajv').AnySchema}
 */
function undescribed(schema) {
  const bare = JSON.parse(
    JSON.stringify(schema, (key, value) =>
      key === 'description' && typeof value === 'string' ? undefined : value,
    ),
  );
  // The manifest needs no more; rules are checked by `worker/check-rules.ts`, as those of the page are.
  bare.$defs = { file: bare.$defs.file };
  return bare;
}

/** One schema, two uses: a validator that needs neither ajv nor eval at run time, and the manifest's types. */
async function makeSchema() {
  const [{ Ajv2020 }, { default: standaloneCode }, { compile }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv/dist/standalone/index.js'),
    import('json-schema-to-typescript'),
  ]);
  const source = JSON.parse(await readFile(root + schema.source, 'utf8'));
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: true },
    strict: true,
    // Each definition becomes one function; inlined where it is used, the validator is three times as large.
    inlineRefs: false,
    // What is wrong is named by path and keyword; sentences for people would be half of the bytes.
    messages: false,
    // Measures strings by `.length`; otherwise ajv imports a function for it, which the worker must not.
    unicode: false,
    // Strict mode throws; what remains to log is that `unicode` is deprecated.
    logger: false,
  });
  const validator = standaloneCode(ajv, {
    validateManifest: ajv.addSchema(undescribed(source), 'manifest') && 'manifest',
  });
  const imported = validator.match(/(?:require\(|from\s+)["'][^"']+["']/)?.[0];
  if (imported)
    throw new Error(
      `${schema.source} uses a keyword whose validator has the import ${imported}; the worker must not import ajv.`,
    );

  const types = await compile(source, 'Manifest', {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    unknownAny: true,
  });
  await write(schema.validator, validator);
  await write(
    schema.declarations,
    [
      "import type { Manifest } from './manifest.generated.ts';",
      '',
      'export interface SchemaError {',
      '  instancePath: string;',
      '  keyword: string;',
      '  message?: string;',
      '  params: Record<string, unknown>;',
      '}',
      '',
      'export interface ManifestValidator {',
      '  (data: unknown): data is Manifest;',
      '  errors?: SchemaError[] | null;',
      '}',
      '',
      'export const validateManifest: ManifestValidator;',
      'export default validateManifest;',
      '',
    ].join('\n'),
  );
  await write(schema.types, types);
}

/**
 * @param {{ source: string } & Record<string, string>} files
 * @param {() => Promise<void>} make
 */
async function refresh({ source, ...outputs }, make) {
  if (!existsSync(root + source)) throw new Error(`${source} is not there: nothing to generate from.`);
  const made = Object.values(outputs);
  if (upToDate(made, [source, 'scripts/generate.mjs', 'package-lock.json'])) return;
  await make();
  console.log(`made ${made.join(', ')}`);
}

/** Makes what is missing or older than its source. */
export async function generate() {
  await refresh(schema, makeSchema);
  await refresh(kernel, makeKernel);
}

await main(import.meta, generate);
