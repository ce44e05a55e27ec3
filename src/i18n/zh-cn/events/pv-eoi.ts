import type { pvEoi as en } from '../../en/events/pv-eoi.ts';

export const pvEoi: Record<keyof typeof en, string> = {
  'event.pv_eoi_enable.title': '客户机启用 PV EOI',
  'event.pv_eoi_enable': '客户机为 vCPU {vcpu} 提供一个内存字节，用来省去 EOI 退出。',
  'event.pv_eoi_enable.off': '客户机收回 vCPU {vcpu} 的 PV EOI 字节。',
  'event.pv_eoi_enable.off.title': '客户机关闭 PV EOI',

  'event.pv_eoi_arm.title': 'KVM 允许省去这次 EOI',
  'event.pv_eoi_arm': 'KVM 置 vCPU {vcpu} 的 PV EOI 字节：客户机不必为向量 {vec} 写 EOI。',
  'event.pv_eoi_arm.why': '没有其他待处理中断，也没有 IOAPIC 引脚在等这个向量。',

  'event.pv_eoi_guest.title': '客户机清除 PV EOI 位',
  'event.pv_eoi_guest': 'vCPU {vcpu} 的客户机清除自己内存中的位，代替写 EOI。没有退出。',

  'event.kvm_pv_eoi.title': 'KVM 完成 PV EOI',
  'event.kvm_pv_eoi': 'KVM 发现 vCPU {vcpu} 的位已清除，现在结束向量 {vec}。',

  'event.pv_eoi_disarm.title': 'KVM 收回 PV EOI',
  'event.pv_eoi_disarm': 'vCPU {vcpu} 的字节仍为 1，说明中断还没有结束，KVM 清除该字节。',
};
