/** The whole machine as tables: every RTE, every 8259, every local APIC with its IRR and ISR, every vCPU, every posted-interrupt descriptor. */
import { hex } from '../../base/numbers.ts';
import { type MachineView, picView, readWord, rteView, vectorsIn } from '../../engine/view/machine-view.ts';
import { type ComponentKind, LAPIC, PI_DESC, VCPU } from '../../engine/view/tables.ts';
import { DELIVERY_MODE } from '../../spec/delivery-mode.ts';
import { MP_STATES } from '../../spec/name-lists.ts';
import type { Selection } from '../../store/types.ts';

/** Column heads are names; one that is a word has a text `insp.head.<name>` on screen, and is as it is in the copied text. */
export interface MachineTable {
  readonly title: string;
  readonly head: readonly string[];
  /** First cell is the row's name. */
  readonly rows: readonly { readonly at: Selection; readonly cells: readonly string[] }[];
}

const bit = (on: boolean): string => (on ? '1' : '0');
const list = (vectors: readonly number[]): string => (vectors.length === 0 ? '–' : vectors.map(hex).join(' '));
const each = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

function redirections(view: MachineView): MachineTable {
  return {
    title: 'IOAPIC',
    head: ['pin', 'vec', 'mode', 'trig', 'mask', 'rIRR', 'IRR', 'dest'],
    rows: each(24).map((pin) => {
      const rte = rteView(view, pin);
      const mode = DELIVERY_MODE[rte.deliveryMode] ?? String(rte.deliveryMode);
      const dest = `${rte.logical ? 'logical ' : ''}${rte.logical ? hex(rte.dest) : rte.dest}`;
      return {
        at: { kind: 'ioapic', index: 0, register: 'redirLo', sub: pin },
        cells: [
          String(pin),
          hex(rte.vector),
          mode,
          rte.level ? 'level' : 'edge',
          bit(rte.masked),
          bit(rte.remoteIrr),
          bit(rte.irr),
          dest,
        ],
      };
    }),
  };
}

function pics(view: MachineView): MachineTable {
  return {
    title: '8259',
    head: ['chip', 'IRR', 'IMR', 'ISR', 'ELCR', 'base'],
    rows: ([0, 1] as const).map((chip) => {
      const { irr, imr, isr, elcr, irqBase } = picView(view, chip);
      return {
        at: { kind: 'pic', index: chip },
        cells: [chip === 0 ? 'master' : 'slave', hex(irr), hex(imr), hex(isr), hex(elcr), hex(irqBase)],
      };
    }),
  };
}

/** A table with a row for each vCPU. */
function perVcpu(
  view: MachineView,
  kind: ComponentKind,
  title: string,
  columns: Readonly<Record<string, (vcpu: number) => string>>,
): MachineTable {
  return {
    title,
    head: ['vCPU', ...Object.keys(columns)],
    rows: each(view.wordMap.vcpus).map((vcpu) => ({
      at: { kind, index: vcpu },
      cells: [String(vcpu), ...Object.values(columns).map((cell) => cell(vcpu))],
    })),
  };
}

/** @returns only tables of what the machine has */
export function machineTables(view: MachineView): readonly MachineTable[] {
  const { wordMap, w, config } = view;
  const set = (base: number, size: number, offset: number) => (vcpu: number) =>
    list(vectorsIn(w, base + vcpu * size + offset));
  const of = (kind: 'lapic' | 'vcpu' | 'piDesc', register: string) => (vcpu: number) =>
    readWord(view, kind, vcpu, register as never) >>> 0;
  const hexOf = (kind: 'lapic' | 'vcpu' | 'piDesc', register: string) => (vcpu: number) =>
    hex(of(kind, register)(vcpu));
  const plain = (kind: 'lapic' | 'vcpu' | 'piDesc', register: string) => (vcpu: number) =>
    String(of(kind, register)(vcpu));
  const handler = (vcpu: number): string => {
    const depth = of('vcpu', 'depth')(vcpu);
    return depth === 0 ? '–' : hex(w[wordMap.vcpu + vcpu * VCPU.size + VCPU.at.stackVector + depth - 1]);
  };
  const irqchip = config.irqchip ?? 'full';
  return [
    ...(irqchip === 'full' ? [redirections(view), pics(view)] : []),
    ...(irqchip === 'none'
      ? []
      : [
          perVcpu(view, 'lapic', 'LAPIC', {
            IRR: set(wordMap.lapic, LAPIC.size, LAPIC.at.irr),
            ISR: set(wordMap.lapic, LAPIC.size, LAPIC.at.isr),
            TPR: hexOf('lapic', 'tpr'),
            PPR: hexOf('lapic', 'ppr'),
            SVR: hexOf('lapic', 'svr'),
          }),
        ]),
    perVcpu(view, 'vcpu', 'vCPU', {
      'MP state': (vcpu) => MP_STATES[of('vcpu', 'mpState')(vcpu)] ?? plain('vcpu', 'mpState')(vcpu),
      IF: plain('vcpu', 'rflagsIf'),
      halted: plain('vcpu', 'halted'),
      handler,
      exits: plain('vcpu', 'exits'),
      injections: plain('vcpu', 'injections'),
    }),
    ...(config.apicv === true
      ? [
          perVcpu(view, 'piDesc', 'PI descriptor', {
            PIR: set(wordMap.piDesc, PI_DESC.size, PI_DESC.at.pir),
            ON: plain('piDesc', 'on'),
            SN: plain('piDesc', 'sn'),
            NV: hexOf('piDesc', 'nv'),
            NDST: hexOf('piDesc', 'ndst'),
          }),
        ]
      : []),
  ];
}

/** A table as lines of columns that stand under one another. */
export function tableText({ title, head, rows }: MachineTable): string {
  const lines = [head, ...rows.map(({ cells }) => cells)];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [title, ...lines.map(line)].join('\n');
}
