/** Every call path of the catalogue, and what the `Call path` panel and `npm run callpaths` read from it. */
import { KERNEL_VERSIONS, type KernelFn, type KernelPlace, type KernelVersion, placeAt } from './functions.ts';
import {
  CALLBACK_MEMBERS,
  type CallbackMember,
  type CallPathSpec,
  type ChainSpec,
  type PathStart,
  parseSteps,
} from './path-types.ts';
import { ACCEPT_PATHS } from './paths/accept.ts';
import { ACCESS_PATHS } from './paths/access.ts';
import { APICV_PATHS } from './paths/apicv.ts';
import { AVIC_PATHS } from './paths/avic.ts';
import { DEVICE_PATHS } from './paths/device.ts';
import { ENTRY_PATHS } from './paths/entry.ts';
import { EOI_PATHS } from './paths/eoi.ts';
import { IPI_PATHS } from './paths/ipi.ts';
import { RAISE_PATHS } from './paths/raise.ts';
import { ROADS_PATHS } from './paths/roads.ts';
import { TIMER_PATHS } from './paths/timer.ts';

const SPECS = [
  ...RAISE_PATHS,
  ...IPI_PATHS,
  ...ACCESS_PATHS,
  ...ACCEPT_PATHS,
  ...TIMER_PATHS,
  ...ENTRY_PATHS,
  ...EOI_PATHS,
  ...APICV_PATHS,
  ...DEVICE_PATHS,
  ...AVIC_PATHS,
  ...ROADS_PATHS,
] as const satisfies readonly CallPathSpec[];

export type PathId = (typeof SPECS)[number]['id'];

/** How a step is reached from its caller; null at the first step. */
export type StepLink =
  | { readonly kind: 'direct' }
  | { readonly kind: 'ops'; readonly member: CallbackMember; readonly struct: string };

export interface CallStep extends KernelPlace {
  readonly id: KernelFn;
  /** Index of the calling step; null at the first step. */
  readonly caller: number | null;
  readonly link: StepLink | null;
}

export interface CallChain {
  readonly steps: readonly CallStep[];
  /** What sets the path going, where that is not a call. */
  readonly start: PathStart | null;
}

export interface CallPath {
  readonly id: PathId;
  readonly title: string;
  /** The chain at each version; null where the path does not exist. */
  readonly at: { readonly [V in KernelVersion]: CallChain | null };
}

function expandChain(path: string, version: KernelVersion, spec: ChainSpec): CallChain {
  const steps = parseSteps(spec.steps).map(({ id, member }, index): CallStep => {
    const place = placeAt(id, version);
    if (place === null) throw new Error(`path ${path}: ${id} does not exist at ${version}`);
    const link: StepLink =
      member === null ? { kind: 'direct' } : { kind: 'ops', member, struct: CALLBACK_MEMBERS[member] };
    return {
      id,
      fn: place.fn,
      file: place.file,
      caller: index === 0 ? null : index - 1,
      link: index === 0 ? null : link,
    };
  });
  return { steps, start: spec.start ?? null };
}

function expand(spec: CallPathSpec & { readonly id: PathId }): CallPath {
  const at: { [V in KernelVersion]: CallChain | null } = { 'v5.15': null, 'v6.12': null, 'v6.18': null };
  for (const chain of spec.chains) {
    for (const version of chain.at) {
      if (at[version] !== null) throw new Error(`path ${spec.id}: two chains at ${version}`);
      at[version] = expandChain(spec.id, version, chain);
    }
  }
  return { id: spec.id, title: spec.title, at };
}

/** All paths, in the order of the tables. */
export const CALL_PATHS: readonly CallPath[] = SPECS.map(expand);

const BY_ID: ReadonlyMap<string, CallPath> = new Map(CALL_PATHS.map((path) => [path.id, path]));

export function pathById(id: PathId): CallPath {
  const found = BY_ID.get(id);
  if (found === undefined) throw new Error(`no call path ${id}`);
  return found;
}

/** Where a function stands in the paths of one version: the panel follows a step to its way. */
export function pathsThrough(
  fn: KernelFn,
  version: KernelVersion,
): readonly { readonly path: CallPath; readonly index: number }[] {
  return CALL_PATHS.flatMap((path) => {
    const index = path.at[version]?.steps.findIndex((step) => step.id === fn) ?? -1;
    return index < 0 ? [] : [{ path, index }];
  });
}

/** What `npm run callpaths` prints: one record for each path and version it exists at. */
export interface CallPathRecord {
  readonly path: PathId;
  readonly version: KernelVersion;
  readonly steps: readonly KernelPlace[];
}

export function callPathRecords(): readonly CallPathRecord[] {
  return CALL_PATHS.flatMap((path) =>
    KERNEL_VERSIONS.flatMap((version) => {
      const chain = path.at[version];
      if (chain === null) return [];
      return [{ path: path.id, version, steps: chain.steps.map(({ fn, file }) => ({ fn, file })) }];
    }),
  );
}
