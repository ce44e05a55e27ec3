// `npm run deep`: the unit tests with no portion drawn (src/cli/portion.ts): every instance of every rule. Arguments are vitest's.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDeps, root } from './deps.mjs';

ensureDeps();
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, DEEP: '1' },
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
