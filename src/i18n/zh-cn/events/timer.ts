import type { timer as en } from '../../en/events/timer.ts';

export const timer: Record<keyof typeof en, string> = {
  'event.timer_start.title': '启动 APIC 定时器',
  'event.timer_start': 'LAPIC {vcpu} 启动定时器（{mode}），将在 {due} 到期。',

  'event.deadline_dropped.title': 'KVM 丢弃 TSC deadline',
  'event.deadline_dropped': 'KVM 丢弃对 IA32_TSC_DEADLINE 的写：LAPIC {vcpu} 的 LVTT 处于{mode}模式。',
  'event.deadline_dropped.off': 'KVM 丢弃对 IA32_TSC_DEADLINE 的写：APIC_BASE 关闭了 LAPIC {vcpu}。',

  'event.timer_cancel.title': '停止 APIC 定时器',
  'event.timer_cancel': 'LAPIC {vcpu} 停止定时器。',

  'event.timer_expired.title': 'APIC 定时器到期',
  'event.timer_expired': 'LAPIC {vcpu} 的{mode}定时器到期。',

  'event.timer_inject.title': 'KVM 投递定时器向量',
  'event.timer_inject': 'KVM 投递 LAPIC {vcpu} 的 LVT 定时器项给出的向量 {vec}。',
  'event.timer_inject.why': 'LVT 定时器：屏蔽位 {mask}，向量 {vec}，{mode}。投递之前的多次到期合并为一个中断。',

  'event.lvt_masked.title': 'LVT 项被屏蔽',
  'event.lvt_masked': 'LAPIC {vcpu} 的 {lvt} 被屏蔽，或 LAPIC 未启用：KVM 不投递。',
};
