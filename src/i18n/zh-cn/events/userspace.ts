import type { userspace as en } from '../../en/events/userspace.ts';

export const userspace: Record<keyof typeof en, string> = {
  'event.op.title': '命令开始',
  'event.op': '第 {n} 条命令开始执行。',

  'event.time.title': '时间流逝',
  'event.time': '虚拟时间现在是 {now}。',

  'event.ioctl_irq_line.title': 'VMM 拉高中断线',
  'event.ioctl_irq_line': 'VMM 调用 KVM_IRQ_LINE，把 GSI {gsi}{dev} 置为电平 1。',
  'event.ioctl_irq_line.low': 'VMM 调用 KVM_IRQ_LINE，把 GSI {gsi}{dev} 置为电平 0。',
  'event.ioctl_irq_line.low.title': 'VMM 拉低中断线',
  'event.ioctl_irq_line.why': 'GSI 是 VMM 与 KVM 约定的编号。GSI 路由表把它映射到芯片引脚，或映射到一条 MSI。',

  'event.ioctl_signal_msi.title': 'VMM 发送 MSI',
  'event.ioctl_signal_msi': 'VMM 调用 KVM_SIGNAL_MSI，地址 {addr}，数据 {data}：向目标 {dest} 发送向量 {vec}。',
  'event.ioctl_signal_msi.why': '消息自带目标和向量，KVM 既不需要 GSI，也不查路由表。',

  'event.ioctl_nmi.title': 'VMM 发送 NMI',
  'event.ioctl_nmi': 'vCPU {vcpu} 不在 KVM_RUN 中，VMM 对它调用 KVM_NMI。',

  'event.ioctl_interrupt.title': 'VMM 提交 PIC 中断',
  'event.ioctl_interrupt': 'VMM 调用 KVM_INTERRUPT：用户态 PIC 把向量 {vec} 交给 vCPU {vcpu}。',

  'event.userspace_exit.title': '退出到用户态',
  'event.userspace_exit': 'KVM 无法完成对 {addr} 的访问，vCPU {vcpu} 以 {reason} 退出到 VMM。',

  'event.userspace_exit.window.title': '窗口退出到用户态',
  'event.userspace_exit.window': 'vCPU {vcpu} 可以接受中断，以 {reason} 退出到 VMM。',

  'event.eoi_exit.title': 'EOI 退出到用户态',
  'event.eoi_exit': 'IOAPIC 在用户态，vCPU {vcpu} 以 KVM_EXIT_IOAPIC_EOI 退出，向量 {vec}。',

  'event.vmm_route.title': 'VMM 更新路由',
  'event.vmm_route': '客户机配置了 {device}，VMM 把 GSI {gsi} 映射到地址 {addr}、数据 {data}。',

  'event.state_restore.title': 'VMM 恢复状态',
  'event.state_restore': 'VMM 对 vCPU {vcpu} 调用 {call}。不在这一部分里的状态保持不变。',
  'event.state_restore.machine': 'VMM 调用 {call}。不在这一部分里的状态保持不变。',

  'event.state_written.title': '手工写入状态',
  'event.state_written': '{what} 现在是 {value}，不按硬件规则写入：不发送、不检查、不重新判断。',
};
