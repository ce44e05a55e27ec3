import type { guest as en } from '../../en/events/guest.ts';

export const guest: Record<keyof typeof en, string> = {
  'event.handler_enter.title': '客户机运行处理程序',
  'event.handler_enter': 'vCPU {vcpu} 运行向量 {vec} 的处理程序：{handler}。',
  'event.handler_enter.nested': '向量 {vec} 打断正在运行的处理程序：vCPU {vcpu} 转去运行 {handler}。嵌套深度 {depth}。',
  'event.handler_enter.nested.title': '处理程序被嵌套打断',

  'event.handler_exit.title': '处理程序返回',
  'event.handler_exit': 'vCPU {vcpu} 从 {handler} 返回到被向量 {vec} 打断的代码。',

  'event.guest_flags.title': '客户机改变 IF',
  'event.guest_flags': 'vCPU {vcpu}：RFLAGS.IF = {if}，中断阴影：{shadow}。',

  'event.guest_nested.title': 'vCPU 在 L1 与 L2 之间切换',
  'event.guest_nested': 'vCPU {vcpu} 回到自己的代码（L1）。',

  'event.guest_nested.in': 'vCPU {vcpu} 运行自己的客户机（L2）。',

  'event.guest_halt.title': '客户机执行 HLT',
  'event.guest_halt': 'vCPU {vcpu} 无事可做，进入停机；一个可接受的中断会唤醒它。',

  'event.guest_wake.title': 'vCPU 离开 HLT',
  'event.guest_wake': 'vCPU {vcpu} 有待处理的事件，于是离开 HLT。',
};
