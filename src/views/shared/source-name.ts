/** What an interrupt is called after: its source. */
import type { Place } from '../../explain/locate/locator.ts';
import type { SceneLog } from '../../log/log.ts';
import { wiredAlone } from '../../spec/messages.ts';
import type { Translate } from './use-t.ts';

/** @param began where it began; null: nowhere on the stage */
export function sourceName({ config }: SceneLog, began: Place | null, t: Translate): string {
  const devices = config.devices ?? [];
  switch (began?.at) {
    case 'device':
      return devices[began.slot]?.id ?? t('stage.device.ioctl');
    case 'source':
      return devices[began.slot]?.id ?? wiredAlone(devices, began.gsi)?.id ?? t('stage.device.ioctl');
    case 'irte':
      return devices[began.slot]?.id ?? t('stage.device.ioctl');
    case 'pit':
      return t('stage.device.pit');
    case 'lapic':
    case 'cell':
      return `LAPIC ${began.vcpu}`;
    case 'vcpu':
      return `vCPU ${began.vcpu}`;
    default:
      return t('stage.device.ioctl');
  }
}
