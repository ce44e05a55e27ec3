/** All register layouts, for what goes through them one by one: catalogue tests, property tests, the reference page. */
import type { BitLayout } from './bit-layout.ts';
import * as ioapic from './ioapic.ts';
import * as irte from './irte.ts';
import * as lapic from './lapic.ts';
import * as msi from './msi.ts';
import * as piDesc from './pi-desc.ts';
import * as pic from './pic.ts';
import * as pit from './pit.ts';
import * as vcpu from './vcpu.ts';
import * as vmcs from './vmcs.ts';

const isLayout = (value: unknown): value is BitLayout =>
  typeof value === 'object' && value !== null && 'fields' in value && 'bits' in value;

export const LAYOUTS: readonly BitLayout[] = [ioapic, irte, lapic, msi, piDesc, pic, pit, vcpu, vmcs]
  .flatMap((file): unknown[] => Object.values(file))
  .filter(isLayout);
