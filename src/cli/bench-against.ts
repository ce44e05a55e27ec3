/**
 * The engine's bundles for the bench: of this tree, and of a commit to compare with. Both are built as the worker is and
 * measure CPU time, so that other work on the machine weighs on neither.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';

/** Bench programs of before measured the clock on the wall. */
const cpuTime: Plugin = {
  name: 'cpu-time',
  transform(code, id) {
    if (!id.endsWith('bench-engine.ts') || !code.includes('process.hrtime.bigint()')) return null;
    const cpu = '(({ user, system }) => BigInt(user + system) * 1000n)(process.cpuUsage())';
    return { code: code.replaceAll('process.hrtime.bigint()', cpu), map: null };
  },
};

/**
 * bench-engine.ts as the worker is built: minified, `const` left as it is.
 * @param root the tree  @param out folder of the bundle
 * @returns the bundle's file
 */
export async function bundleEngine(root: string, out: string): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [cpuTime],
    build: {
      target: 'es2022',
      outDir: out,
      emptyOutDir: false,
      copyPublicDir: false,
      rolldownOptions: {
        input: join(root, 'src/cli/bench-engine.ts'),
        platform: 'node',
        external: [/^node:/],
        output: { format: 'es', entryFileNames: 'engine.mjs', topLevelVar: false },
      },
    },
  });
  return join(out, 'engine.mjs');
}

/** The same of a commit of this repository. @throws where git has no such commit */
export async function bundleEngineAt(root: string, commit: string, work: string): Promise<string> {
  const tree = join(work, 'tree');
  mkdirSync(tree, { recursive: true });
  const archive = spawnSync('git', ['archive', '--format=tar', commit, 'src'], { cwd: root, maxBuffer: 2 ** 28 });
  if (archive.status !== 0) throw new Error(`git archive ${commit}: ${archive.stderr.toString().trim()}`);
  const tar = spawnSync('tar', ['-x', '-C', tree], { input: archive.stdout });
  if (tar.status !== 0) throw new Error(`tar: ${tar.stderr.toString().trim()}`);
  return bundleEngine(tree, join(work, 'before'));
}
