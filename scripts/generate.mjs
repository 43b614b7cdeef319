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
  inputs: ['worker/model/kernel/kernel.ts'],
  outputs: ['worker/model/kernel.generated.ts'],
  make: makeKernel,
};
const schema = {
  inputs: ['docs/pack.schema.json'],
  outputs: [
    'worker/pack/schema.generated.js',
    'worker/pack/schema.generated.d.ts',
    'worker/pack/manifest.generated.ts',
  ],
  make: makeSchema,
};

/** @param {string} path @param {string} text */
async function write(path, text) {
  await mkdir(dirname(root + path), { recursive: true });
  await writeFile(root + path, made + text);
}

/** The kernel's WebAssembly travels inside the worker's script: no second request, nothing to lose. */
async function makeKernel() {
  const { default: asc } = await import('assemblyscript/asc');
  const source = kernel.inputs[0];
  /** @type {Uint8Array | string | undefined} */
  let binary;
  const { error, stdout, stderr } = await asc.main(
    [
      source,
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
  if (error || !binary) throw new Error(`${source} does not compile:\n${stderr.toString() || stdout.toString() || error}`);
  const base64 = Buffer.from(binary).toString('base64');
  await write(kernel.outputs[0], `export const kernelBase64 =\n  '${base64}';\n`);
}

/**
 * The schema without its prose, which ajv would carry into the worker.
 *
 * @param {unknown} schema
 * @returns {import('ajv').AnySchema}
 */
function undescribed(schema) {
  return JSON.parse(
    JSON.stringify(schema, (key, value) => (key === 'description' && typeof value === 'string' ? undefined : value)),
  );
}

/** One schema, two uses: a validator that needs neither ajv nor eval at run time, and the manifest's types. */
async function makeSchema() {
  const [{ default: Ajv2020 }, { default: standaloneCode }, { compile }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv/dist/standalone/index.js'),
    import('json-schema-to-typescript'),
  ]);
  const source = JSON.parse(await readFile(root + schema.inputs[0], 'utf8'));
  const ajv = new Ajv2020.default({
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
  const validator = standaloneCode.default(ajv, { validateManifest: ajv.addSchema(undescribed(source), 'manifest') && 'manifest' });
  const imported = validator.match(/(?:require\(|from\s+)["'][^"']+["']/)?.[0];
  if (imported)
    throw new Error(`${schema.inputs[0]} uses a keyword whose validator has the import ${imported}; the worker must not import ajv.`);

  const types = await compile(source, 'Manifest', {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    unknownAny: true,
  });
  await write(schema.outputs[0], validator);
  await write(
    schema.outputs[1],
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
  await write(schema.outputs[2], types);
}

/** Makes what is missing or older than its source. */
export async function generate() {
  /** @type {string[]} */
  const missing = [];
  for (const { inputs, outputs, make } of [schema, kernel]) {
    if (!existsSync(root + inputs[0])) missing.push(inputs[0]);
    else if (!upToDate(outputs, [...inputs, 'scripts/generate.mjs', 'package-lock.json'])) {
      await make();
      console.log(`made ${outputs.join(', ')}`);
    }
  }
  if (missing.length > 0) throw new Error(`Nothing to generate from: ${missing.join(' and ')} is not there.`);
}

await main(import.meta, generate);
