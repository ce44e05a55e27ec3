import type { avic as en } from '../../en/events/avic.ts';

export const avic: Record<keyof typeof en, string> = {
  'event.avic_deliver.title': 'KVM 唤醒目标',
  'event.avic_deliver': '向量 {vec} 已在 vCPU {vcpu} 的 backing page 中；它没有运行，KVM 唤醒它。',
  'event.avic_deliver.running': '向量 {vec} 已在 vCPU {vcpu} 的 backing page 中；它正在运行，敲一下门铃即可。',
  'event.avic_deliver.running.title': 'KVM 将敲门铃',

  'event.avic_doorbell.title': '门铃响起',
  'event.avic_doorbell': '门铃让 pCPU {pcpu} 检查 vCPU {vcpu} 的 backing page。',

  'event.avic_evaluate.title': 'AVIC 让向量等待',
  'event.avic_evaluate': '向量 {vec} 不高于 vCPU {vcpu} 的 PPR {ppr}，或 IF 为 0：继续等待。',
  'event.avic_evaluate.taken': '向量 {vec} 高于 vCPU {vcpu} 的 PPR {ppr}，AVIC 不退出就投递它。',
  'event.avic_evaluate.taken.title': 'AVIC 投递向量',

  'event.avic_ipi.title': 'AVIC 发送 IPI',
  'event.avic_ipi': 'AVIC 在物理 APIC ID 表中找到 id {dest}，置 vCPU {target} 的 IRR 位 {vec}。',

  'event.avic_incomplete_ipi.title': 'incomplete IPI 退出',
  'event.avic_incomplete_ipi': 'AVIC 无法完成这种 IPI，由 KVM 发送。',
  'event.avic_incomplete_ipi.notRunning': 'AVIC 已置 IRR 位，但目标没有运行，须由 KVM 唤醒。',
  'event.avic_incomplete_ipi.target': '物理 APIC ID 表中没有 id {dest}，由 KVM 自己查找目标。',

  'event.avic_kick.title': 'KVM 唤醒目标',
  'event.avic_kick': 'KVM 唤醒 vCPU {target}，向量已在它的 backing page 中。',

  'event.avic_load.title': 'IsRunning 1',
  'event.avic_load': 'KVM 在物理 APIC ID 表中置 IsRunning：vCPU {vcpu} 在 pCPU {pcpu} 上运行。',

  'event.avic_put.title': 'IsRunning 0',
  'event.avic_put': 'KVM 在物理 APIC ID 表中清除 IsRunning：vCPU {vcpu} 没有运行。',

  'event.avic_unaccelerated.title': '未加速访问退出',
  'event.avic_unaccelerated': 'AVIC 不加速对 LAPIC {vcpu} 的 {register} 的这次访问，由 KVM 模拟。',
  'event.avic_unaccelerated.trap': '值已在 LAPIC {vcpu} 的 {register} 中，AVIC 陷入 KVM，由 KVM 模拟其效果。',
};
