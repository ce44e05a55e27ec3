import type { runLoop as en } from '../../en/events/run-loop.ts';

export const runLoop: Record<keyof typeof en, string> = {
  'event.vcpu_enter_guest.title': 'KVM 准备进入',
  'event.vcpu_enter_guest': 'KVM 准备进入 vCPU {vcpu}，没有待处理的请求。',
  'event.vcpu_enter_guest.requests': 'KVM 准备进入 vCPU {vcpu}，先处理请求：{requests}。',
  'event.vcpu_enter_guest.why': '顺序固定：请求，事件注入，关中断并置 IN_GUEST_MODE，同步 PIR，最后再检查一次请求。',

  'event.request_served.title': 'vCPU 处理请求',
  'event.request_served': 'vCPU {vcpu} 处理 KVM_REQ_{request}。',

  'event.inject_events.title': 'KVM 选定要注入的事件',
  'event.inject_events': 'KVM 为 vCPU {vcpu} 选定事件：先是要重新注入的，然后 NMI、8259、LAPIC。',

  'event.exit_request.title': '放弃进入',
  'event.exit_request': 'vCPU {vcpu} 来了新请求，KVM 放弃这次进入。',
  'event.exit_request.kicked': 'vCPU {vcpu} 在进入之前被 kick，KVM 放弃这次进入。',

  'event.cancel_injection.title': 'KVM 取消注入',
  'event.cancel_injection': 'vCPU {vcpu} 的 VM-entry 中断信息字段里是{info}。KVM 清空该字段，事件留在队列中。',
  'event.cancel_injection.nothing': 'vCPU {vcpu} 的 VM-entry 中断信息字段里没有事件。',
  'event.cancel_injection.nothing.title': '没有可取消的注入',
  'event.cancel_injection.why': '已应答的向量留在 ISR，不退回 IRR；下次进入时重新注入。',

  'event.kvm_entry.title': 'VM entry',
  'event.kvm_entry': 'vCPU {vcpu} 进入客户机。',
  'event.kvm_entry.event': 'vCPU {vcpu} 进入客户机，VM-entry 中断信息字段带有事件：{info}。',
  'event.kvm_entry.why': 'RVI {rvi}，SVI {svi}：处理器计算 VPPR，并检查 RVI 是否高于它。',

  'event.kvm_exit.title': 'VM exit',
  'event.kvm_exit': 'vCPU {vcpu} 退出客户机：{reason}。',
  'event.kvm_exit.why': '退出限定：{qualification}。',
  'event.kvm_exit.why.vector': '退出限定 {qualification}：所结束的向量。',
  'event.kvm_exit.why.apicRead': '退出限定 {qualification}：对 {register} 的线性读。',
  'event.kvm_exit.why.apicAccess': '退出限定 {qualification}：对 {register} 的线性写。',
  'event.kvm_exit.vectoring': '处理器正在投递向量 {vec} 时，vCPU {vcpu} 退出客户机：{reason}。',

  'event.irq_window_request.title': 'KVM 请求中断窗口',
  'event.irq_window_request': '有中断必须等待，KVM 要求 vCPU {vcpu} 一旦可以接受就 VM exit。',

  'event.nmi_window_request.title': 'KVM 请求 NMI 窗口',
  'event.nmi_window_request': '有 NMI 必须等待，KVM 要求 vCPU {vcpu} 的 NMI 阻塞一结束就 VM exit。',
  'event.nmi_window_request.irq': 'NMI 在等 STI 阴影结束，KVM 改为请求中断窗口。',

  'event.irq_window_open.title': '中断窗口打开',
  'event.irq_window_open': 'vCPU {vcpu} 现在可以接受中断。KVM 清除 interrupt-window exiting，并置 KVM_REQ_EVENT。',

  'event.nmi_window_open.title': 'NMI 窗口打开',
  'event.nmi_window_open': 'vCPU {vcpu} 现在可以接受 NMI。KVM 清除 NMI-window exiting，并置 KVM_REQ_EVENT。',

  'event.tpr_threshold.title': 'KVM 设定 TPR 阈值',
  'event.tpr_threshold': 'TPR 阈值为 {threshold}：客户机把 TPR 的优先级类降到它以下时退出。',
  'event.tpr_threshold.off': 'TPR 阈值为 0：TPR 没有挡住中断。',
  'event.tpr_threshold.off.title': '关闭 TPR 阈值',

  'event.tpr_below_threshold.title': 'TPR 低于阈值',
  'event.tpr_below_threshold': 'vCPU {vcpu} 的 TPR {tpr} 低于优先级类 {threshold}，KVM 现在可以注入等待的中断。',

  'event.complete_interrupts.title': 'KVM 把事件重新排队',
  'event.complete_interrupts': '处理器没能完成向 vCPU {vcpu} 投递{info}，KVM 把它重新排队。',

  'event.external_interrupt.title': '宿主机处理自己的中断',
  'event.external_interrupt': '宿主机向量 {vec} 引起了 vCPU {vcpu} 的退出。KVM 在开中断之前调用它的处理函数。',

  'event.immediate_exit.title': 'KVM 请求立即退出',
  'event.immediate_exit': '先注入重新排队的事件，因此 KVM 让 vCPU {vcpu} 一进入就退出，再注入新事件。',

  'event.event_delivery.title': '处理器投递事件',
  'event.event_delivery': '进入 vCPU {vcpu} 的同时，处理器经 IDT 投递向量 {vec}。',
  'event.event_delivery.nmi': '进入 vCPU {vcpu} 的同时，处理器投递 NMI；此后 NMI 被阻塞。',
};
