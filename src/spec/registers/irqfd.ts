/** irqfds. */
import { bool, dec, defineRegisters, number, quiet } from '../define/registers.ts';

/** One irqfd. `entry` is its cached route: -1 when it must go through the work queue, else index of its MSI route. */
export const IRQFD_REGISTERS = defineRegisters({
  used: bool('in use'),
  gsi: dec('GSI'),
  resample: bool('resample'),
  resampleCount: dec('resample events'),
  msiRoute: quiet(number('cached MSI route', 'signed')),
});
