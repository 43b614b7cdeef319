import { RecluseError } from './contract.ts';

/** Characters: no id, name or query is longer. */
const longestText = 10_000;

type Method = (...given: unknown[]) => unknown;

/** What goes wrong before a call is on its way is the fault of what it was given: `null` for options, a getter that throws. */
export function asWrongArgument(error: unknown): RecluseError {
  return error instanceof RecluseError
    ? error
    : new RecluseError('invalid-argument', `An argument cannot be read: ${String(error)}`);
}

/** The same methods; where one throws before it has begun, it throws a typed error, and where it promises something, it rejects with one. */
export function guarded<Handle extends object>(handle: Handle, throwing: readonly string[]): Handle {
  const methods = handle as Record<string, Method>;
  for (const [name, method] of Object.entries(methods)) {
    methods[name] = (...given) => {
      try {
        // Taken for an object of options, a text would become millions of fields.
        if (given.some((one) => typeof one === 'string' && one.length > longestText))
          throw `a text of more than ${longestText} characters`;
        return method(...given);
      } catch (error) {
        if (throwing.includes(name)) throw asWrongArgument(error);
        return Promise.reject(asWrongArgument(error));
      }
    };
  }
  return handle;
}

/** A worker's stack is small: from some thousands of levels on it cannot read what the page could write, and would never answer. */
const mostDepth = 100;

/** Goes the way that cloning goes: each object once, where it is met first. */
function deeperThan(levels: number, value: unknown, met = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || met.has(value)) return false;
  met.add(value);
  return levels < 0 || Object.values(value).some((inner) => deeperThan(levels - 1, inner, met));
}

/** Why arguments cannot be sent to a worker; undefined where they can, as far as can be seen. */
export function unsendable(given: readonly unknown[]): RecluseError | undefined {
  try {
    return deeperThan(mostDepth, given)
      ? new RecluseError('invalid-argument', `An argument is nested more than ${mostDepth} levels deep.`)
      : undefined;
  } catch (error) {
    return asWrongArgument(error);
  }
}
