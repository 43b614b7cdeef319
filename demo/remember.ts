/** Small things that the shop itself keeps between visits, in localStorage. Where that is refused, they last as long as the page. */

const prefix = 'larder:';
const session = new Map<string, string>();

/** What was remembered under the name, or `otherwise`. */
export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(prefix + name) ?? session.get(name);
    return text ? (JSON.parse(text) as T) : otherwise;
  } catch {
    const text = session.get(name);
    return text ? (JSON.parse(text) as T) : otherwise;
  }
}

/** Remembers a value; `undefined` forgets it. */
export function remember(name: string, value: unknown): void {
  const text = value === undefined ? undefined : JSON.stringify(value);
  if (text === undefined) session.delete(name);
  else session.set(name, text);
  try {
    if (text === undefined) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, text);
  } catch {
    // Private mode, or full: the session's copy serves.
  }
}

/** Calls back when another tab remembers something else under the name. */
export function onRemembered(name: string, changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === prefix + name) changed();
  });
}
