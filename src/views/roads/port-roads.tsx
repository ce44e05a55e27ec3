/**
 * Which functions carry a port access on either vendor's half of KVM, at each version, out of the catalogue of call paths: Intel's
 * handle_io beside AMD's io_interception, and kernel_pio, which is there at v5.15 only.
 */
import type { Road } from '../../explain/road.ts';
import { KERNEL_VERSIONS, type KernelVersion } from '../../spec/kernel/functions.ts';
import { type CallStep, type PathId, pathById } from '../../spec/kernel/paths.ts';
import type { Kernel } from '../../spec/quirks.ts';
import type { Translate } from '../shared/use-t.ts';

/** The exit's path of each vendor, and what the emulator does then, where it comes to that; by way: OUT, IN, REP OUTS, REP INS. */
const PATHS: readonly (readonly [intel: PathId, amd: PathId, emulated: PathId | null])[] = [
  ['pic_pio_write', 'pio_svm', null],
  ['pic_pio_read', 'pio_svm_read', null],
  ['pio_string', 'pio_svm_string', 'pic_pio_write_emulated'],
  ['pio_string', 'pio_svm_string', 'pio_string_read_ahead'],
];
/** The ways meet on the bus: what comes after is the device's. */
const BUS_ENTRIES: ReadonlySet<string> = new Set(['kvm_io_bus_write', 'kvm_io_bus_read']);

function stepsOf(id: PathId, version: KernelVersion): readonly CallStep[] {
  const steps = pathById(id).at[version]?.steps ?? [];
  const bus = steps.findIndex(({ fn }) => BUS_ENTRIES.has(fn));
  return bus === -1 ? steps : steps.slice(0, bus + 1);
}

interface Props {
  readonly road: Road;
  readonly amd: boolean;
  /** The machine's kernel. */
  readonly kernel: Kernel;
  readonly t: Translate;
}

/** A column a vendor and version; those of this machine's kernel on its processor are the ones that ran. */
export function PortRoads({ road, amd, kernel, t }: Props) {
  const [intel, svm, emulated] = PATHS[road.way] ?? PATHS[0] ?? [];
  if (intel === undefined || svm === undefined) return null;
  return (
    <table className="road-table road-ports" aria-label={t('roads.ports')}>
      <caption>{t('roads.ports')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('roads.ports.version')}</th>
          <th scope="col" data-ran={!amd}>
            VMX
          </th>
          <th scope="col" data-ran={amd}>
            SVM
          </th>
        </tr>
      </thead>
      <tbody>
        {KERNEL_VERSIONS.map((version) => (
          <tr key={version}>
            <th scope="row">{version}</th>
            {[intel, svm].map((id) => (
              <td
                key={id}
                data-path={id}
                data-version={version}
                data-ran={version === `v${kernel}` && (id === svm) === amd}
              >
                <ol>
                  {[...stepsOf(id, version), ...(emulated == null ? [] : stepsOf(emulated, version))].map(({ fn }) => (
                    <li key={fn} data-only={fn === 'kernel_pio'}>
                      {fn}
                    </li>
                  ))}
                </ol>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
