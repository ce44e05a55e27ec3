import type { asyncPf as en } from '../../en/events/async-pf.ts';

export const asyncPf: Record<keyof typeof en, string> = {
  'event.kvm_async_pf_ready.title': '页面就绪：KVM 发送向量 {vec}',
  'event.kvm_async_pf_ready': 'vCPU {vcpu} 缺的页面已在内存中，KVM 向 LAPIC {vcpu} 发送向量 {vec}。',
};
