/** Starts a worker of the page's own, wherever the page is. */
import { scriptAddress } from './client.ts';

const SCRIPT_TYPE: WorkerType = import.meta.env.DEV ? 'module' : 'classic';

/**
 * A page without an origin of its own (a sandboxed frame) may start no worker by its address: there it is started from a Blob.
 * @throws (refuses) where the script does not come
 */
export async function openWorker(url: string): Promise<Worker> {
  if (globalThis.origin !== 'null' || url.startsWith('blob:'))
    return new Worker(scriptAddress(url), { type: SCRIPT_TYPE });
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the worker's script answers ${response.status}`);
  const address = URL.createObjectURL(new Blob([await response.blob()], { type: 'text/javascript' }));
  return new Worker(scriptAddress(address), { type: SCRIPT_TYPE });
}
