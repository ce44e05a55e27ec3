/** Texts that people paste, of each shape there is, and the beginnings of the recordings in the tree. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const RECORDINGS = join(import.meta.dirname, '../../trace/recordings');
const LAPIC = [
  'dumping local APIC state for CPU 1',
  '',
  'LVT0\t 0x00010700 active-hi edge masked ExtINT (vec 0)',
  'LVTT\t 0x000400ec active-hi edge tsc-deadline Fixed (vec 236)',
  'TIMER\t DCR=0x0 (divide by 2) initial_count = 0 current_count = 0',
  'SPIV\t 0x000001ff APIC enabled, focus=off, spurious vec 255',
  'ICR\t 0x000000fd physical edge de-assert no-shorthand',
  'ISR\t 81',
  'IRR\t 65 97(level) 236',
  '',
  'APR 0x00 TPR 0x60 DFR 0x0f LDR 0x01 PPR 0x60',
];
const PINS = [
  'pic0: irr=10 imr=fb isr=00 hprio=0 irq_base=20 rr_sel=0 elcr=00 fnm=0',
  'ioapic0: ver=0x20 id=0x00 sel=0x26 (redir[11])',
  '  pin 0  0x0000000000010000 dest=0 vec=0   active-hi edge  masked fixed  physical',
  '  pin 11 0x030000000000c027 dest=3 vec=39  active-lo level  fixed  physical remote-irr',
  '  IRR      11',
  '  Remote IRR 11',
];
const PROC = [
  '           CPU0       CPU1',
  '   0:         34          0   IO-APIC   2-edge      timer',
  '  11:     100001          0   IO-APIC  11-fasteoi   virtio0, uhci_hcd:usb1',
  '  24:       1200        900   PCI-MSIX-0000:00:04.0   0-edge      virtio1-config',
  ' LOC:     912345     812345   Local timer interrupts',
  ' ERR:          0',
];
const DMESG = [
  '[  104.112233] irq 11: nobody cared (try booting with the "irqpoll" option)',
  '[  104.112240] handlers:',
  '[  104.112250] Disabling IRQ #11',
  '[  200.000001] do_IRQ: 1.55 No irq handler for vector',
];
const STREAM = [
  'kvm_irqchip_commit_routes',
  '1234@1700000000.123456:kvm_irqchip_update_msi_route Updating MSI route virq=24',
  '1234@1700000000.123460:apic_deliver_irq dest 1 dest_mode 0 delivery_mode 0 vector 65 trigger_mode 0',
];

/** Each a text of many lines. */
export const SAMPLES: readonly string[] = [
  ...[LAPIC, PINS, PROC, DMESG, STREAM, [...PINS, ...LAPIC]].map((lines) => lines.join('\n')),
  ...readdirSync(RECORDINGS)
    .filter((name) => name.endsWith('.txt.gz'))
    .map((name) =>
      gunzipSync(readFileSync(join(RECORDINGS, name)))
        .toString()
        .split('\n')
        .slice(0, 400)
        .join('\n'),
    ),
];
