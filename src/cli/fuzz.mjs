// `npm run fuzz`: a million inputs of strangers (src/cli/fuzz, src/app). SEED=n tries others, FUZZ=n more or fewer.
// Links read and stored settings: some 25 minutes of CPU at 500,000 each; what is opened, run and read in full: an hour.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDeps, root } from './deps.mjs';

ensureDeps();
// `npm run fuzz -- --worst`: what the worst inputs within the caps cost, as a table (src/cli/fuzz/worst.test.ts).
const isWorst = process.argv.includes('--worst');
const files = isWorst
  ? ['src/cli/fuzz/worst.test.ts', 'src/trace/pastes/cost.test.ts']
  : [
      'src/cli/fuzz',
      'src/share/carried.test.ts',
      'src/app/settings.test.ts',
      'src/app/kept.test.ts',
      'src/app/query.test.ts',
    ];
// Links read and stored settings are tried FUZZ times each, files, links opened, pastes, ops and messages a part of that.
const run = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files], {
  cwd: root,
  env: { ...(isWorst ? { WORST: '1' } : { FUZZ: '500000' }), ...process.env },
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
