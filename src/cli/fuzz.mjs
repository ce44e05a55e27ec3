// `npm run fuzz`: a million inputs of strangers (src/cli/fuzz, src/app/settings.test.ts). SEED=n tries others, FUZZ=n more or fewer.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDeps, root } from './deps.mjs';

ensureDeps();
// Links read and stored settings are tried FUZZ times each, links opened and messages a part of that.
const run = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'src/cli/fuzz', 'src/app/settings.test.ts'],
  {
    cwd: root,
    env: { FUZZ: '500000', ...process.env },
    stdio: 'inherit',
  },
);
process.exit(run.status ?? 1);
