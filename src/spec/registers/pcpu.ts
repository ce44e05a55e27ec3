/** Physical CPUs of the model host. */
import { bool, dec, defineRegisters, hex, number, quiet } from '../define/registers.ts';

/** One physical CPU of the model host: what it runs and the last host vector it took. */
export const PCPU_REGISTERS = defineRegisters({
  running: number('runs vCPU', 'signed'),
  lastVector: number('last host vector', 'vector', {
    253: '0xfd reschedule',
    242: '0xf2 notification',
    241: '0xf1 wakeup',
  }),
  ipis: dec('IPIs'),
  wakeupList: quiet(hex('wakeup list')),
  needResched: bool('need_resched'),
});
