/** What belongs to the VM as a whole. */

import { bits, bool, dec, defineRegisters, hex, high, number, quiet } from '../define/registers.ts';
import { APICV_INHIBITS } from './apicv.ts';

const MAP_MODES = { 0: 'SW_DISABLED', 1: 'XAPIC_CLUSTER', 2: 'XAPIC_FLAT', 3: 'X2APIC', 4: 'MAP_DISABLED' };

/** VM-wide state. `routes` indexes Machine.routeTables; `mapMode` is kvm_apic_map.logical_mode; times are ns. */
export const VM_REGISTERS = defineRegisters({
  nowLo: quiet(number('now', 'ns')),
  nowHi: high('nowLo'),
  routes: dec('routing table'),
  mapValid: quiet(bool('apic_map valid')),
  /** vCPUs the map was built from: the last one created is missing until the map is rebuilt (see apic-map.ts). */
  mapVcpus: quiet(dec('apic_map vCPUs')),
  mapMode: quiet(number('apic_map mode', 'dec', MAP_MODES)),
  apicvInhibits: bits('apicv_inhibit_reasons', APICV_INHIBITS),
  disabledLapicFound: quiet(bool('disabled_lapic_found')),
  eoiInjectDueLo: quiet(number('EOI inject due', 'ns')),
  eoiInjectDueHi: high('eoiInjectDueLo'),
  ackNotifierSeq: quiet(dec('ack notifiers')),
  /** Which of Machine.busTables is in force. */
  buses: quiet(dec('I/O buses')),
  slots: quiet(dec('memslot generation')),
  mmioSptes: quiet(dec('MMIO SPTEs')),
  tscWriteLo: quiet(hex('last_tsc_write')),
  tscWriteHi: high('tscWriteLo'),
  tscWriteNsLo: quiet(number('last_tsc_nsec', 'ns')),
  tscWriteNsHi: high('tscWriteNsLo'),
  tscOffsetLo: quiet(hex('cur_tsc_offset')),
  tscOffsetHi: high('tscOffsetLo'),
  tscByUser: quiet(bool('user_set_tsc')),
  tscWritten: quiet(bool('last_tsc_khz set')),
});
