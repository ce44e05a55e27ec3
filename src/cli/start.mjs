// `npm start`: install what is missing, build, serve.
import { spawnSync } from 'node:child_process';
import { ensureDeps, root, say } from './deps.mjs';
import { serveDist } from './serve.mjs';

ensureDeps();
say('building');
const build = spawnSync(process.execPath, ['src/cli/build.mjs'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
if (build.status !== 0) {
  say('the build failed, see above');
  process.exit(1);
}
await serveDist();
