/** The worker of a page that has loaded Recluse by a script tag: beside the script, whichever host that is on. */

const script = document.currentScript;
/** Where the script came from; what is beside it is found from here. */
const address = script instanceof HTMLScriptElement && script.src ? script.src : document.baseURI;

/** What the tag says in `data-` attributes. */
export const said: Readonly<DOMStringMap> = script instanceof HTMLScriptElement ? { ...script.dataset } : {};

/**
 * Starts the worker. A browser starts none from another origin: there a script of the page's own, made here, imports a worker in one file
 * (Content-Security-Policy: `worker-src blob:`, and the host in `script-src` and `connect-src`).
 */
export function startWorker(): Worker {
  const module = new URL('worker.js', address);
  if (module.origin === location.origin) return new Worker(module, { type: 'module' });
  const whole = JSON.stringify(new URL('recluse.worker.js', address).href);
  const text = `self.recluseScript=${whole};importScripts(${whole})`;
  return new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
}
