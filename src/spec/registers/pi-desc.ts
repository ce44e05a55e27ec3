/** The posted-interrupt descriptor, struct pi_desc (asm/posted_intr.h): 64 bytes the sender, the CPU and the IOMMU share. */
import { bool, defineLayout, defineRegisters, hex, number, vectors } from '../define/registers.ts';

export const PI_DESC = defineLayout({
  name: 'PI_DESC',
  bits: 512,
  cite: 'vmx.pi',
  fields: {
    pir0: { at: 0, width: 32 },
    pir1: { at: 32, width: 32 },
    pir2: { at: 64, width: 32 },
    pir3: { at: 96, width: 32 },
    pir4: { at: 128, width: 32 },
    pir5: { at: 160, width: 32 },
    pir6: { at: 192, width: 32 },
    pir7: { at: 224, width: 32 },
    on: { at: 256, width: 1 },
    sn: { at: 257, width: 1 },
    reserved258: { at: 258, width: 14, access: 'reserved' },
    nv: { at: 272, width: 8, labels: { 242: '0xf2 (POSTED_INTR_VECTOR)', 241: '0xf1 (POSTED_INTR_WAKEUP_VECTOR)' } },
    reserved280: { at: 280, width: 8, access: 'reserved' },
    ndst: { at: 288, width: 32 },
    reserved320: { at: 320, width: 32, access: 'reserved' },
    reserved352: { at: 352, width: 32, access: 'reserved' },
    reserved384: { at: 384, width: 32, access: 'reserved' },
    reserved416: { at: 416, width: 32, access: 'reserved' },
    reserved448: { at: 448, width: 32, access: 'reserved' },
    reserved480: { at: 480, width: 32, access: 'reserved' },
  },
});

/** Posted-interrupt descriptor (struct pi_desc). PIR eight words; control fields one word each. */
export const PI_DESC_REGISTERS = defineRegisters({
  pir: vectors('PIR'),
  on: bool('ON'),
  sn: bool('SN'),
  nv: number('NV', 'vector', { 242: '0xf2 notification', 241: '0xf1 wakeup' }),
  ndst: hex('NDST'),
  onWakeupList: bool('on the wakeup list'),
});
