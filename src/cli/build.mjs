// `npm run build`: install what is missing, build.
import { ensureDeps } from './deps.mjs';

ensureDeps();
const { builtDist } = await import('./dist.mjs');
builtDist();
