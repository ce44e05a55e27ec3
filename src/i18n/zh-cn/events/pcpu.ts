import type { pcpu as en } from '../../en/events/pcpu.ts';

export const pcpu: Record<keyof typeof en, string> = {
  'event.vcpu_load.title': 'vCPU 上 pCPU 运行',
  'event.vcpu_load': '宿主机调度器让 vCPU {vcpu} 的线程在 pCPU {pcpu} 上运行。',
  'event.vcpu_load.migrated': '宿主机调度器把 vCPU {vcpu} 的线程从 pCPU {from} 迁到 pCPU {pcpu}。',
  'event.vcpu_load.migrated.title': 'vCPU 迁移',

  'event.vcpu_put.title': 'vCPU 离开 pCPU',
  'event.vcpu_put': 'vCPU {vcpu} 离开 pCPU {pcpu}。',
  'event.vcpu_put.preempted': '宿主机抢占仍可运行的 vCPU {vcpu}，把 pCPU {pcpu} 交给别的任务。',
  'event.vcpu_put.preempted.title': '宿主机抢占 vCPU',
  'event.vcpu_put.blocking': 'vCPU {vcpu} 进入睡眠，让出 pCPU {pcpu}。',

  'event.vcpu_block.title': 'vCPU 线程睡眠',
  'event.vcpu_block': 'vCPU {vcpu} 没有待处理的事件，KVM 让它的线程睡眠。',

  'event.vcpu_wakeup.title': '无需唤醒',
  'event.vcpu_wakeup': 'vCPU {vcpu} 的线程没有睡眠，KVM 不唤醒也不发送。',
  'event.vcpu_wakeup.woken': 'KVM 唤醒 vCPU {vcpu} 的线程，不需要 IPI。',
  'event.vcpu_wakeup.woken.title': 'KVM 唤醒 vCPU 线程',

  'event.reschedule_ipi.title': '发送 reschedule IPI',
  'event.reschedule_ipi': '这个 IPI（向量 0xfd）发往 pCPU {pcpu}，唯一的作用是让 vCPU {vcpu} 退出。',
  'event.reschedule_ipi.call': 'KVM 向 pCPU {pcpu} 发送向量 {vec}，并等到 vCPU {vcpu} 离开客户机。',
  'event.reschedule_ipi.call.title': '发送 call-function IPI',
};
