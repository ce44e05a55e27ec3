import type { vtd as en } from '../../en/events/vtd.ts';

export const vtd: Record<keyof typeof en, string> = {
  'event.kvm_pi_irte_update.title': 'IRTE 改为 posted 格式',
  'event.kvm_pi_irte_update': '此后 IOMMU 把 {device} 的 MSI-X 向量 {n} 以向量 {vec} post 给 vCPU {vcpu}。',
  'event.kvm_pi_irte_update.why': 'GSI {gsi} 的路由恰有一个目标，模式为 Fixed 或 LowPrio。',

  'event.irte_remapped.title': 'IRTE 指向宿主机',
  'event.irte_remapped': '{device} 的 MSI-X 向量 {n} 没有 MSI 路由（GSI {gsi}），中断送往宿主机。',
  'event.irte_remapped.several': 'GSI {gsi} 的路由不是恰好一个目标，{device} 的中断送往宿主机。',
  'event.irte_remapped.mode': 'GSI {gsi} 的路由既不是 Fixed 也不是 LowPrio，{device} 的中断送往宿主机。',
  'event.irte_remapped.irqfd': 'GSI {gsi} 已没有 irqfd，{device} 的中断送往宿主机。',
  'event.irte_remapped.host': '该宿主机没有 APICv，{device} 的中断送往宿主机。',

  'event.vtd_post.title': 'IOMMU post 中断',
  'event.vtd_post': 'IOMMU 把设备的消息变成 vCPU {vcpu} 的 PIR 位 {vec}，没有 CPU 参与。',

  'event.vtd_suppressed.title': '不通知：SN',
  'event.vtd_suppressed': 'vCPU {vcpu} 的 SN 为 1，IOMMU 只置 PIR 位 {vec}，不发通知。',

  'event.vtd_coalesced.title': '不通知：ON',
  'event.vtd_coalesced': 'vCPU {vcpu} 的 ON 已经是 1：未处理的通知会一并处理这个中断。',

  'event.vtd_notify.title': 'IOMMU 发出通知',
  'event.vtd_notify': 'ON 原为 0，IOMMU 向 pCPU {pcpu} 发送向量 {vec}。',

  'event.vtd_remap.title': 'IOMMU 中断宿主机',
  'event.vtd_remap': 'remapped 格式的 IRTE 把 {device} 的消息变成宿主机向量 {vec}，VFIO 再触发 GSI {gsi}。',
};
