import type { irqfd as en } from '../../en/events/irqfd.ts';

export const irqfd: Record<keyof typeof en, string> = {
  'event.irqfd_assign.title': 'VMM 绑定 irqfd',
  'event.irqfd_assign': 'KVM_IRQFD 把一个 eventfd 绑定到 GSI {gsi}{dev}，此后每次写入都会触发该 GSI。',
  'event.irqfd_assign.resample':
    '带 RESAMPLE 的 KVM_IRQFD：写入会拉高 GSI {gsi}{dev}，客户机 EOI 时拉低并触发 resamplefd。',

  'event.irqfd_deassign.title': 'VMM 解除 irqfd',
  'event.irqfd_deassign': 'VMM 把 eventfd 从 GSI {gsi}{dev} 上解除。',

  'event.irqfd_wakeup.title': 'eventfd 被触发',
  'event.irqfd_wakeup': 'GSI {gsi}{dev} 的 eventfd 被触发，KVM 的回调在触发者的上下文中运行。',
  'event.irqfd_wakeup.why': '如果恰有一条 MSI 路由，KVM 就地投递。芯片引脚或多条路由可能睡眠，由工作项投递。',

  'event.irqfd_inject.title': '工作项触发 GSI',
  'event.irqfd_inject': 'kworker 给 GSI {gsi}{dev} 一个脉冲：先置 1，再置 0。',
  'event.irqfd_inject.resample': 'kworker 以 resampler 源拉高 GSI {gsi}{dev}，一直保持到客户机 EOI。',

  'event.irqfd_resampler_ack.title': 'resampler 拉低中断线',
  'event.irqfd_resampler_ack': 'GSI {gsi}{dev} 的 EOI 到达 resampler。KVM 先拉低中断线，再触发 resamplefd。',

  'event.resamplefd_signal.title': 'resamplefd 被触发',
  'event.resamplefd_signal':
    'KVM 触发 GSI {gsi}{dev} 的 resamplefd（累计 {count} 次）。VFIO 或 VMM 解除设备屏蔽；设备仍需服务就再触发。',
};
