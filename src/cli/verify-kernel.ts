/**
 * `npm run verify:kernel -- --src <tree> --version v6.12`: holds the kernel catalogue against a Linux source tree and
 * lists what does not hold. `--git <dir> [--rev HEAD]` reads a bare git directory instead. Exit 1 when anything is false.
 */
import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KERNEL_VERSIONS } from '../spec/kernel/functions.ts';
import { checkBranches, readBranches } from './branch-check.ts';
import { checkKernel } from './kernel-check.ts';
import { directoryTree, gitTree, treeVersion } from './kernel-tree.ts';

const USAGE = `usage: npm run verify:kernel -- --src <tree> --version ${KERNEL_VERSIONS.join('|')}
       npm run verify:kernel -- --git <git directory> [--rev HEAD] --version ...`;

function fail(text: string): never {
  console.error(`${text}\n${USAGE}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        src: { type: 'string' },
        git: { type: 'string' },
        rev: { type: 'string' },
        version: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const options = readArguments();
const version = KERNEL_VERSIONS.find((known) => known === options.version);
if (version === undefined) fail('which version?');
const root = options.src ?? options.git;
if (root === undefined) fail('which tree?');
const base = process.env.INIT_CWD ?? process.cwd();
const path = isAbsolute(root) ? root : resolve(base, root);
const tree = options.src === undefined ? gitTree(path, options.rev ?? 'HEAD') : directoryTree(path);
if (tree.list('arch/x86/kvm').length === 0) fail(`no arch/x86/kvm in ${root}`);

const { counts, problems: claims } = checkKernel(tree, version);
const branches = version === 'v6.18' ? readBranches('src/engine/golden/branches') : [];
const problems = [...claims, ...checkBranches(tree, branches)];
for (const problem of problems) console.log(`false: ${problem}`);
console.log(`${version} against ${treeVersion(tree) ?? 'a tree without a Makefile'}, ${counts.files} files read`);
console.log(
  `  functions   ${counts.functions} defined as said (${counts.inUpdates} as in later updates), ${counts.absent} absent as said`,
);
console.log(
  `  steps       ${counts.direct + counts.ops} in ${counts.paths} paths: ${counts.direct} calls, ${counts.ops} through a member`,
);
console.log(`  starts      ${counts.starts}`);
console.log(`  operations  ${counts.operations}`);
if (branches.length > 0) {
  const listed = branches.reduce((sum, { functions }) => sum + functions.length, 0);
  console.log(`  branches    of ${listed} functions in ${branches.length} files listed`);
}
console.log(`  false       ${problems.length}`);
process.exitCode = problems.length > 0 ? 1 : 0;
