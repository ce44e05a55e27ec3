import type { ioapic as en } from '../../en/events/ioapic.ts';

export const ioapic: Record<keyof typeof en, string> = {
  'event.ioapic_line.title': 'IOAPIC 引脚变高',
  'event.ioapic_line': 'IOAPIC 引脚 {pin} 因 GSI {gsi}{dev} 变高。',
  'event.ioapic_line.low': 'IOAPIC 引脚 {pin} 因 GSI {gsi}{dev} 变低。',
  'event.ioapic_line.low.title': 'IOAPIC 引脚变低',
  'event.ioapic_line.held': '一个源不再拉高 IOAPIC 引脚 {pin}，但另一个源仍使它保持为高。',
  'event.ioapic_line.held.title': 'IOAPIC 引脚仍为高',
  'event.ioapic_line.why': '引脚电平是各个源的“或”。仍为高的源：{sources}。',

  'event.ioapic_service.title': 'IOAPIC 发送消息',
  'event.ioapic_service': 'RTE {pin} 把引脚变成消息：向量 {vec}，{mode}，{destMode}目标 {dest}。',

  'event.kvm_ioapic_set_irq.title': 'IOAPIC 的结果',
  'event.kvm_ioapic_set_irq': 'IOAPIC 引脚 {pin}：{meaning}。',

  'event.ioapic_masked.title': 'IOAPIC 屏蔽该引脚',
  'event.ioapic_masked': 'IOAPIC 引脚 {pin} 被屏蔽。IRR 记录电平，IOAPIC 不发送。',
  'event.ioapic_masked.why': '解除屏蔽时，仍为高的电平引脚会发送；边沿则丢失，不会重放。',

  'event.ioapic_remote_irr.title': '引脚等待 EOI',
  'event.ioapic_remote_irr': '引脚 {pin} 已发送，EOI 还没来：remote IRR 为 1，IOAPIC 不再发送。',
  'event.ioapic_remote_irr.why': '向量 {vec} 的 EOI 会清除 remote IRR；如果那时中断线仍为高，IOAPIC 会再次发送。',

  'event.ioapic_coalesced.title': 'IOAPIC 合并边沿',
  'event.ioapic_coalesced': '边沿触发的引脚 {pin} 已经为高：没有新的边沿，也就没有消息。KVM 返回 0。',
  'event.ioapic_coalesced.why': 'IRR 位 {pin} 保持到中断线变低。从不拉低中断线的源会丢掉之后的每个边沿。',

  'event.rtc_coalesced.title': 'RTC 节拍合并',
  'event.rtc_coalesced': 'KVM 跟踪引脚 8（RTC）直到 EOI；还有 {pending} 个 EOI 未到，这个节拍算作合并。',

  'event.ioapic_write.title': '客户机写 IOAPIC',
  'event.ioapic_write': '客户机通过 IOREGSEL 选择 IOAPIC 寄存器 {value}。',
  'event.ioapic_write.window': '客户机通过 IOWIN 向寄存器 {index} 写入 {value}。',
  'event.ioapic_write.other': '客户机向偏移 {register} 写入 {value}，KVM 的 IOAPIC 在那里没有寄存器。',

  'event.ioapic_read.title': '客户机读 IOAPIC',
  'event.ioapic_read': '客户机在偏移 {register} 处读到 {value}（IOREGSEL {index}）。',

  'event.rte_write.title': '客户机修改 RTE',
  'event.rte_write': '客户机写 RTE {pin} 的低半部：向量 {vec}，{mode}，{trig}触发，屏蔽位 {mask}。',
  'event.rte_write.high': '客户机写 RTE {pin} 的高半部：目标 {dest}。',
  'event.rte_write.why': '投递状态和 remote IRR 保持原值；改为边沿触发会清除 remote IRR。GSI 路由不变。',

  'event.mask_notifier.title': '运行 mask notifier',
  'event.mask_notifier': 'KVM 通知 mask notifier：{chip} 的引脚 {pin} 已被屏蔽。',
  'event.mask_notifier.off': 'KVM 通知 mask notifier：{chip} 的引脚 {pin} 已解除屏蔽。',

  'event.ioapic_update_eoi.title': 'EOI 到达 IOAPIC',
  'event.ioapic_update_eoi':
    '向量 {vec} 已结束；引脚 {pin} 以电平触发方式发送它。先运行 ack notifier，再清除 remote IRR。',
  'event.ioapic_update_eoi.edge': '向量 {vec} 已结束；引脚 {pin} 以边沿触发方式发送它，因此只运行 ack notifier。',
  'event.ioapic_update_eoi.edge.title': '边沿的 EOI：只运行 notifier',
  'event.ioapic_update_eoi.why': 'EOI 消息只带向量，不带引脚。KVM 会处理 RTE 中向量为 {vec} 的每个引脚。',

  'event.ioapic_redeliver.title': 'IOAPIC 再次发送',
  'event.ioapic_redeliver': 'EOI 之后引脚 {pin} 的中断线仍为高，IOAPIC 再次发送向量 {vec}。',

  'event.eoi_suppressed.title': '不广播 EOI',
  'event.eoi_suppressed': '客户机关闭了 EOI 广播（SVR 位 12），引脚 {pin} 的 remote IRR 仍为 1。',

  'event.kvm_ioapic_delayed_eoi_inj.title': 'KVM 给中断风暴降速',
  'event.kvm_ioapic_delayed_eoi_inj': 'IOAPIC 连续重发引脚 {pin} 已达 10,000 次，KVM 等 10 ms 再发送。',

  'event.eoi_inject_work.title': '降速延迟结束',
  'event.eoi_inject_work': 'IOAPIC 现在发送所有中断线为高且 remote IRR 为 0 的电平引脚。',

  'event.irqfd_resample_unmask.title': '解除屏蔽时触发 resampler',
  'event.irqfd_resample_unmask':
    '引脚 {pin} 在 IRR 为 1 时解除屏蔽。KVM 清除 IRR，触发 GSI {gsi} 的 resampler，而不是发送。',
};
