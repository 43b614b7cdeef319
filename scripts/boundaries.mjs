/**
 * Whose imports may go where (docs: the rooms). Types may cross more walls than values: they weigh nothing at run
 * time. What a room imports counts with all that it drags along.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { main, root } from './run.mjs';

/** @typedef {{ target: string, typeOnly: boolean, dynamic: boolean }} Import */

/**
 * @typedef {object} Rule
 * @property {string} says What the reader is told.
 * @property {RegExp} from Files that it binds.
 * @property {RegExp} never What they must not import.
 * @property {'everything' | 'values' | 'static'} [counts] Which imports: all of them (default), all but types, or
 *   only those that are loaded together with the file.
 * @property {boolean} [reach] Whether what is imported indirectly counts as well.
 */

/** @type {Rule[]} */
const rules = [
  { says: 'src/contract.ts imports nothing', from: /^src\/contract\.ts$/, never: /./ },
  { says: 'the page never imports the worker', from: /^src\//, never: /^(worker|demo|test|scripts)\// },
  {
    says: 'the page stays small: no idb, no ONNX Runtime, not even later',
    from: /^src\//,
    never: /^(idb|onnxruntime-web)(\/|$)/,
    counts: 'values',
    reach: true,
  },
  {
    says: 'what has an entry point of its own is no part of another',
    from: /^src\/(?!(collect|element|script|react|inspector)(\.ts$|\/))/,
    never: /^src\/(collect|element|script|react|inspector)(\.ts$|\/)/,
  },
  {
    says: 'the hooks know the public API and React',
    from: /^src\/react\.ts$/,
    never: /^(?!react$|src\/index\.ts$)/,
  },
  {
    says: 'the inspector is shown what it looks into: it loads nothing of the recommender',
    from: /^src\/inspector(\.ts$|\/)/,
    never: /^src\/(?!inspector\/)/,
    counts: 'values',
    reach: true,
  },
  {
    says: 'an element is made of the public API and of collecting',
    from: /^src\/element(\.ts$|\/)/,
    never: /^src\/(?!element\/|(index|collect)\.ts$)/,
  },
  {
    says: 'what has an entry point of its own is no part of another',
    from: /^src\/(?!measure(\.ts$|\/))/,
    never: /^src\/measure(\.ts$|\/)/,
  },
  {
    says: 'what has an entry point of its own is no part of another',
    from: /^src\/(?!learn\.ts$)/,
    never: /^src\/learn\.ts$/,
  },
  {
    says: 'measuring is done with the public API: it loads nothing of the recommender',
    from: /^src\/measure(\.ts$|\/)/,
    never: /^src\/(?!measure\/)/,
    counts: 'values',
    reach: true,
  },
  {
    says: 'collecting is done with the public API: it loads nothing of the recommender',
    from: /^src\/collect(\.ts$|\/)/,
    never: /^src\/(?!collect\/)/,
    counts: 'values',
    reach: true,
  },
  {
    says: 'of the page, the worker knows the contract alone',
    from: /^worker\//,
    never: /^(src\/(?!contract\.ts$)|demo\/|test\/|scripts\/)/,
  },
  {
    says: 'ONNX Runtime is loaded when it is needed: only import() may name it',
    from: /^worker\/index\.ts$/,
    never: /^onnxruntime-web(\/|$)/,
    counts: 'static',
    reach: true,
  },
  {
    says: 'the store knows nothing of models and ranking',
    from: /^worker\/store\//,
    never: /^worker\/(model|rerank|learn)\//,
  },
  { says: 'models know nothing of storage', from: /^worker\/model\//, never: /^(worker\/store\/|idb$)/ },
  {
    says: 'ranking and learning reach no store, no network, no session',
    from: /^worker\/(rerank|learn)\//,
    never: /^(worker\/(store|measure|index\.ts)|idb|comlink|onnxruntime-web)(\/|$)/,
    counts: 'values',
    reach: true,
  },
  {
    says: 'the demo uses the public API alone',
    from: /^demo\/(?!build\/)/,
    never: /^(src|worker|test|scripts)\/|^(comlink|idb|onnxruntime-web)(\/|$)/,
  },
];

/**
 * What ranking and learning must be given, never take: time, chance, the network, the browser. A property of the
 * same name (`request.window`, `window: 'recent'`) is not it.
 */
const browser =
  /(?<![.\w])(?:(?:indexedDB|caches|navigator|document|window|self|globalThis|performance|localStorage|crypto)\.|(?:fetch|setTimeout)\(|(?:new Date|Date\.|Math\.random)\b)/;
const pure = /^worker\/(rerank|learn)\//;

/** @param {string} folder @returns {string[]} */
function sources(folder) {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return /^(dist|pack|kernel)$/.test(entry.name) && folder !== 'worker' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.d\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** @param {string} path */
const withoutComments = (path) =>
  readFileSync(root + path, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

/** @param {string} from @param {string} specifier */
function resolved(from, specifier) {
  return specifier.startsWith('.')
    ? normalize(join(dirname(from), specifier)).replaceAll('\\', '/')
    : specifier;
}

/** @param {string} path @returns {Import[]} */
function importsOf(path) {
  const text = withoutComments(path);
  const declared = text.matchAll(/^\s*(?:import|export)\s+([^'"();]*?\bfrom\s+)?['"]([^'"]+)['"]/gm);
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [
    ...[...declared].map(([, names = '', specifier = '']) => ({
      target: resolved(path, specifier),
      typeOnly: onlyTypes(names),
      dynamic: false,
    })),
    ...[...dynamic].map(([, specifier = '']) => ({
      target: resolved(path, specifier),
      typeOnly: false,
      dynamic: true,
    })),
  ];
}

/** `type { A }`, `{ type A, type B } from`. @param {string} names */
function onlyTypes(names) {
  if (/^type\s/.test(names)) return true;
  const list = /^\{([^}]*)\}/.exec(names)?.[1];
  return list?.split(',').every((name) => !name.trim() || /^type\s/.test(name.trim())) ?? false;
}

/**
 * Every wall that is broken, one sentence each.
 *
 * @returns {string[]}
 */
export function checkBoundaries() {
  const files = ['src', 'worker', 'demo'].flatMap(sources);
  const graph = new Map(files.map((file) => [file, importsOf(file)]));

  /** @param {string} file @param {Rule} rule @param {string[]} way @param {Set<string>} seen @returns {string[]} */
  function offences(file, rule, way, seen) {
    return (graph.get(file) ?? []).flatMap(({ target, typeOnly, dynamic }) => {
      const counts = rule.counts ?? 'everything';
      if ((counts !== 'everything' && typeOnly) || (counts === 'static' && dynamic)) return [];
      if (rule.never.test(target)) return [`${[...way, target].join(' > ')}: ${rule.says}`];
      if (!rule.reach || seen.has(target)) return [];
      seen.add(target);
      return offences(target, rule, [...way, target], seen);
    });
  }

  /** A file and all that it loads. @param {string} file @param {Set<string>} seen @returns {Set<string>} */
  function closure(file, seen = new Set()) {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const { target, typeOnly } of graph.get(file) ?? [])
      if (!typeOnly && graph.has(target)) closure(target, seen);
    return seen;
  }

  const walls = files.flatMap((file) =>
    rules.filter(({ from }) => from.test(file)).flatMap((rule) => offences(file, rule, [file], new Set())),
  );
  const bound = new Set(files.filter((file) => pure.test(file)).flatMap((file) => [...closure(file)]));
  const impure = [...bound].flatMap((file) => {
    const used = browser.exec(withoutComments(file).replace(/'[^'\n]*'|`[^`]*`/g, "''"))?.[0];
    return used ? [`${file}: uses ${used.replace(/\W$/, '')}, which ranking must be given, never take`] : [];
  });
  return [...new Set([...walls, ...impure])];
}

await main(import.meta, () => {
  const broken = checkBoundaries();
  for (const line of broken) console.error(line);
  if (broken.length > 0) process.exitCode = 1;
});
