import type { pit as en } from '../../en/events/pit.ts';

export const pit: Record<keyof typeof en, string> = {
  'event.pit_tick.title': 'PIT 通道 0 到期',
  'event.pit_tick': '通道 0 计数到零，有 {pending} 个节拍在等待。',

  'event.pit_do_work.title': 'PIT 给 GSI 0 一个脉冲',
  'event.pit_do_work': 'kvm-pit 线程给 GSI 0 一个脉冲：先置 1，再置 0。',

  'event.pit_held.title': '上一个节拍未应答',
  'event.pit_held': '客户机还没有结束上一个节拍。在 reinject 模式下，KVM 留下这一个（等待 {pending} 个）。',
  'event.pit_held.dropped': '客户机还没有结束上一个节拍。在 discard 模式下，KVM 丢弃这一个。',

  'event.pit_ack.title': '客户机结束 PIT 节拍',
  'event.pit_ack': '客户机结束了 GSI 0 上的节拍。此前计数为 {pending}；KVM 减去这一个，若有剩余就注入下一个。',

  'event.pit_write.title': '客户机写 PIT',
  'event.pit_write': '客户机向 i8254 的端口 {port} 写入 {value}。',

  'event.pit_load.title': 'PIT 通道 0 启动',
  'event.pit_load': '通道 0 从 {count} 开始计数，模式 {mode}：{hz}。',
};
