import type { routing as en } from '../../en/events/routing.ts';

export const routing: Record<keyof typeof en, string> = {
  'event.ioctl_set_routing.title': 'VMM 替换整张路由表',
  'event.ioctl_set_routing': 'VMM 调用 KVM_SET_GSI_ROUTING，新表取代整张旧表。新表有 {entries} 项。',
  'event.ioctl_set_routing.refused': 'KVM 以 EINVAL 拒绝这张 {entries} 项的路由表，旧表保持不变。',
  'event.ioctl_set_routing.refused.title': 'KVM 拒绝这张路由表',
  'event.ioctl_set_routing.why':
    'KVM 先检查全部表项，再一次性启用。一个 GSI 在每个芯片上至多映射到一个引脚，或映射到一条 MSI。',

  'event.kvm_set_irq.title': 'KVM 查 GSI 的路由',
  'event.kvm_set_irq': 'kvm_set_irq：{source}拉高 GSI {gsi}{dev}，KVM 查找它的路由。',
  'event.kvm_set_irq.low': 'kvm_set_irq：{source}拉低 GSI {gsi}{dev}。',
  'event.kvm_set_irq.low.title': 'GSI 变低',
  'event.kvm_set_irq.why': 'GSI {gsi} 有{routes}，KVM 按表中的顺序逐条处理。',
  'event.kvm_set_irq.why.none': '路由表里没有 GSI {gsi} 的表项。',
  'event.kvm_set_irq.why.only': 'GSI {gsi} 有一条路由。',

  'event.route.title': 'KVM 走一条路由',
  'event.route': 'GSI {gsi} 映射到{target}。',
  'event.route.why': 'GSI {gsi} 的路由项 {n}。路由表归 VMM 所有，客户机看不见。',

  'event.no_route.title': '没有路由',
  'event.no_route': '路由表里没有 GSI {gsi} 的表项。中断到此为止，KVM 返回 −1。',

  'event.set_irq_result.title': 'kvm_set_irq 返回',
  'event.set_irq_result': 'kvm_set_irq 返回 {status}：{meaning}。',

  'event.kvm_msi_set_irq.title': 'KVM 解析 MSI',
  'event.kvm_msi_set_irq': '消息内容：向量 {vec}，{mode}，{destMode}目标 {dest}，{trig}触发。',
  'event.kvm_msi_set_irq.why':
    '地址 {addr}：位 19:12 是目标 {dest}，重定向提示为 {rh}。数据 {data}：位 7:0 是向量，位 10:8 是投递模式。',
  'event.kvm_msi_set_irq.why.wide':
    '地址 {addr}：位 63:40 和 19:12 是目标 {dest}，重定向提示为 {rh}。数据 {data}：位 7:0 是向量，位 10:8 是投递模式。',

  'event.msi_level_low.title': '拉低不发送消息',
  'event.msi_level_low': 'GSI {gsi} 变低。它的路由是 MSI，MSI 没有低电平，所以 KVM 什么也不发送。',

  'event.msi_invalid.title': 'KVM 拒绝该 MSI',
  'event.msi_invalid': 'KVM 拒绝该 MSI：使用 32 位目标 id 时，高位地址的位 7:0 必须为 0，而不是 {low}。',

  'event.kvm_ack_irq.title': '运行 ack notifier',
  'event.kvm_ack_irq': 'KVM 调用 {chip} 引脚 {pin}{gsiText} 的 ack notifier：resampler 或 PIT（如已注册）。',
};
