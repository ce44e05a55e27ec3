/**
 * The service worker: keeps every file of one build, so that the page opens with no network. Each build is a cache of its own,
 * and the last few stay: a page that was open while the site was built anew still finds its own chunks.
 */

/** Written in by the build (cli/build-offline.mjs): files of this build beside the worker, and what tells builds apart. */
declare const __FILES__: readonly string[];
declare const __BUILD__: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
/** Sites may have more than one copy of us: a cache is its folder's own. */
const FAMILY = `irqscope ${worker.registration.scope} `;
const CACHE = FAMILY + __BUILD__;
/** Builds that are kept, this one too. */
const KEPT = 3;
/** Fetches at once: the page has its own to make. */
const AT_ONCE = 6;
/** A network that answers a navigation later than this is as good as none, ms. */
const PATIENCE_MS = 4_000;

const PAGE = new URL('./', worker.registration.scope).href;
const OURS: ReadonlySet<string> = new Set(__FILES__.map((file) => new URL(file, PAGE).href));

/** A file's name in assets/ has a hash of what is in it: the same name is the same file, in whichever build. */
const neverChanges = (url: string): boolean => url.startsWith(`${PAGE}assets/`);

async function ownCaches(): Promise<readonly Cache[]> {
  const names = (await caches.keys()).filter((name) => name.startsWith(FAMILY));
  // This build's before older ones.
  names.sort((a, b) => Number(b === CACHE) - Number(a === CACHE));
  return Promise.all(names.map((name) => caches.open(name)));
}

async function kept(url: string): Promise<Response | undefined> {
  for (const cache of await ownCaches()) {
    const found = await cache.match(url, { ignoreVary: true });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws when one does not come: then this build is not installed, and the one before it stays */
async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  const left = [PAGE, ...OURS];
  const take = async (): Promise<void> => {
    for (let url = left.pop(); url !== undefined; url = left.pop()) {
      const known = neverChanges(url) ? await kept(url) : undefined;
      const answer = known ?? (await fetch(url, { cache: neverChanges(url) ? 'default' : 'reload' }));
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
      await cache.put(url, answer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}

async function dropOld(): Promise<void> {
  // In the order they were made.
  const names = (await caches.keys()).filter((name) => name.startsWith(FAMILY) && name !== CACHE);
  const old = names.slice(0, Math.max(0, names.length - (KEPT - 1)));
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** The page itself: as the site has it now, and as it was where the site does not answer. */
async function page(request: Request): Promise<Response> {
  const late = new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS));
  const fresh = fetch(request).catch(() => undefined);
  const first = await Promise.race([fresh, late]);
  if (first !== undefined && (first.ok || first.type === 'opaqueredirect')) return first;
  return (await kept(PAGE)) ?? (await fresh) ?? Response.error();
}

async function file(request: Request, url: string): Promise<Response> {
  return (await kept(url)) ?? fetch(request);
}

worker.addEventListener('install', (event) => {
  event.waitUntil(keepAll().then(() => worker.skipWaiting()));
});
worker.addEventListener('activate', (event) => {
  event.waitUntil(dropOld().then(() => worker.clients.claim()));
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = request.url.replace(/[?#].*$/, '');
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate') {
    if (url === PAGE || url === `${PAGE}index.html`) event.respondWith(page(request));
    return;
  }
  if (OURS.has(url) || neverChanges(url)) event.respondWith(file(request, url));
});
