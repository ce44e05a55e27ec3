/** What a component is called on screen. Names of the field, so the same in every language but for master and slave. */

import type { ComponentKind } from '../../engine/view/tables.ts';
import { type Lang, translate } from '../../i18n/index.ts';
import type { CreateOp } from '../../spec/ops/index.ts';

/** "IOAPIC", "LAPIC 1", "8259 master", the device's own id. */
export function componentName(lang: Lang, config: CreateOp, kind: ComponentKind, index: number): string {
  switch (kind) {
    case 'vm':
      return 'VM';
    case 'pic':
      return `8259 ${translate(lang, index === 1 ? 'word.slave' : 'word.master')}`;
    case 'ioapic':
      return 'IOAPIC';
    case 'pit':
      return 'i8254 PIT';
    case 'irqfd':
      return `irqfd ${index}`;
    case 'device':
      return config.devices?.[index]?.id ?? `device ${index}`;
    case 'lapic':
      return `LAPIC ${index}`;
    case 'vcpu':
      return `vCPU ${index}`;
    case 'piDesc':
      return `PI desc ${index}`;
    case 'vmcs':
      return `VMCS ${index}`;
    case 'pcpu':
      return `pCPU ${index}`;
  }
}
