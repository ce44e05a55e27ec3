import type { piDesc as en } from '../../en/events/pi-desc.ts';

export const piDesc: Record<keyof typeof en, string> = {
  'event.pi_notification.title': '发送通知 IPI',
  'event.pi_notification': '向量 {vec} 发往 pCPU {pcpu}，vCPU {vcpu} 正在那里运行客户机代码。',
  'event.pi_notification.why': '处理器把该向量与当前 VMCS 的 POSTED_INTR_NV 比较；相等就不退出，直接处理 PIR。',

  'event.pi_no_notification.title': '不需要通知',
  'event.pi_no_notification': 'vCPU {vcpu} 不在客户机模式，KVM 不发通知；下次进入之前会同步 PIR。',
  'event.pi_no_notification.self': '发送者就是 vCPU {vcpu} 自己；KVM 在重新进入客户机之前同步 PIR。',

  'event.pi_ipi_ignored.title': '通知到达时已在宿主机模式',
  'event.pi_ipi_ignored': '向量 0xf2 到达时 pCPU {pcpu} 处于宿主机模式，处理函数只计数。',

  'event.pi_wakeup_handler.title': '运行唤醒处理函数',
  'event.pi_wakeup_handler':
    'pCPU {pcpu} 收到向量 0xf1。KVM 遍历它的唤醒链表（{listed} 个），唤醒 ON 为 1 的每个 vCPU。',

  'event.pir_set.title': '向量 post 到 PIR',
  'event.pir_set': 'vCPU {vcpu} 的 PIR 位 {vec} 置 1，IRR 不变。',
  'event.pir_set.already': 'vCPU {vcpu} 的 PIR 位 {vec} 已经是 1，发送者不再做什么。',
  'event.pir_set.already.title': '向量已在 PIR 中',
  'event.pir_set.why': '发送者、IOMMU 与处理器共享内存中的描述符，以原子方式置每一位。',

  'event.on_set.title': '置 ON：由本次发送者通知',
  'event.on_set': 'vCPU {vcpu} 的 ON 由 0 变 1，由本次发送者负责通知。',
  'event.on_set.already': 'vCPU {vcpu} 的 ON 已经是 1：未处理的通知会连同这一位一起处理。',
  'event.on_set.already.title': 'ON 已经是 1',

  'event.kvm_apicv_accept_irq.title': 'KVM 已完成 post',
  'event.kvm_apicv_accept_irq': 'KVM 已把向量 {vec} post 给 vCPU {vcpu}。',

  'event.pi_processing.title': '处理器取走 PIR',
  'event.pi_processing': '处理器不退出就清除 ON，把 vCPU {vcpu} 的 PIR 并入 VIRR，并把 RVI 置为 {rvi}。',
  'event.pi_processing.why': 'RVI 取原值与 PIR 最高位 {vec} 中较大者。KVM 看不到这一步。',

  'event.pir_synced.title': 'KVM 把 PIR 同步到 IRR',
  'event.pir_synced': 'KVM 清除 ON，把 vCPU {vcpu} 的 PIR 并入 IRR。最高向量：{vec}。',

  'event.pi_load.title': '装载时更新 PI 描述符',
  'event.pi_load': 'KVM 更新 vCPU {vcpu} 的 PI 描述符：SN 为 0，NV 为 0xf2，NDST 为 pCPU {pcpu}。',
  'event.pi_load.quick': 'vCPU {vcpu} 的 pCPU 未变，KVM 清除 SN，保留 NV 和 NDST。',
  'event.pi_load.why': 'PIR 不为空，KVM 置 ON：进入前的同步会发现期间 post 的中断。',

  'event.pi_put.title': 'KVM 抑制通知',
  'event.pi_put': 'KVM 置 vCPU {vcpu} 的 SN：它不运行期间，发送者只置 PIR 位，不发通知。',

  'event.pi_wakeup_on.title': '启用唤醒向量',
  'event.pi_wakeup_on': 'KVM 把 vCPU {vcpu} 加入 pCPU {pcpu} 的唤醒链表，并把 NV 置为 0xf1。',
  'event.pi_wakeup_on.late': 'vCPU {vcpu} 的 ON 已在此期间置 1，pCPU {pcpu} 给自己发送 0xf1。',
};
