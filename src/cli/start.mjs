// `npm start`: install what is missing, build, serve.
import { ensureDeps, say } from './deps.mjs';

ensureDeps();
const { builtDist } = await import('./dist.mjs');
const { serveAndSay } = await import('./serve.mjs');
say('building');
await serveAndSay(builtDist());
