import type { vcpu as en } from '../../en/events/vcpu.ts';

export const vcpu: Record<keyof typeof en, string> = {
  'event.request.title': '置请求',
  'event.request': 'KVM 为 vCPU {vcpu} 置 KVM_REQ_{request}。',

  'event.kick.title': '无需 kick',
  'event.kick': 'vCPU {vcpu} 不在客户机中，下次进入前会检查请求，KVM 什么也不发送。',
  'event.kick.woken': 'vCPU {vcpu} 的线程在睡眠，KVM 唤醒它，不需要 IPI。',
  'event.kick.woken.title': 'kick 唤醒 vCPU',
  'event.kick.ipi': 'vCPU {vcpu} 正在运行客户机代码，KVM 发送 reschedule IPI 迫使它 VM exit。',
  'event.kick.ipi.title': 'KVM kick vCPU',
  'event.kick.entering': 'vCPU {vcpu} 正在进入客户机。KVM 发送 reschedule IPI，进入之前就会发现它。',
  'event.kick.entering.title': 'KVM kick 正在进入的 vCPU',
  'event.kick.call': 'KVM 让正在运行客户机代码的 CPU 调用一个函数，并等待它们：vCPU {vcpu} 退出。',
  'event.kick.call.title': 'KVM 用函数调用让 vCPU 退出',
  'event.kick.self': 'vCPU {vcpu} kick 的是自己：KVM 不发 IPI，它在下次进入前会看到请求。',
  'event.kick.self.title': '自我 kick：不发 IPI',

  'event.nmi_queued.title': 'NMI 排队',
  'event.nmi_queued': 'vCPU {vcpu} 有 {queued} 个 NMI 排队。PPR 和 RFLAGS.IF 都挡不住 NMI。',

  'event.gp_fault.title': '客户机 #GP',
  'event.gp_fault': 'vCPU {vcpu} 访问 MSR {msr} 触发 #GP。',

  'event.scan_ioapic.title': 'vCPU 收集 IOAPIC 的向量',
  'event.scan_ioapic': 'vCPU {vcpu} 收集 EOI 必须到达 IOAPIC 的向量，共 {vectors} 个。',

  'event.inject_held.title': '中断被挡住',
  'event.inject_held': 'vCPU {vcpu} 现在不能接受向量 {vec}。',
  'event.inject_held.if': 'vCPU {vcpu} 的 RFLAGS.IF 为 0，向量 {vec} 等待。',
  'event.inject_held.if.extint': 'vCPU {vcpu} 的 RFLAGS.IF 为 0，8259 的请求等待，KVM 还没有读出它的向量。',
  'event.inject_held.shadow': 'vCPU {vcpu} 处于 {shadow} 阴影中，向量 {vec} 再等一条指令。',
  'event.inject_held.shadow.extint': 'vCPU {vcpu} 处于 {shadow} 阴影中，8259 的请求再等一条指令。',
  'event.inject_held.ppr': '向量 {vec} 等待：它的优先级类 {cls} 不高于 PPR {ppr}。',
  'event.inject_held.event': '这次进入先注入另一个事件，向量 {vec} 等待。',
  'event.inject_held.event.extint': '这次进入先注入另一个事件，8259 的请求等待。',
  'event.inject_held.lvt0': 'LAPIC {vcpu} 的 LVT0 不接受 8259，它的请求等待。',
  'event.inject_held.why.ppr': 'PPR 取 TPR（{tpr}）与正在服务的最高向量（{isrv}）中较高的一类。',
  'event.inject_held.why.ppr.none': 'PPR 等于 TPR（{tpr}）：没有正在服务的向量。',
  'event.inject_held.why.if.amd': 'KVM 排入一个虚拟中断：客户机一旦可以接受中断就发生 VINTR 退出。',
  'event.inject_held.why.if': 'KVM 请求中断窗口：客户机一旦可以接受中断就 VM exit。',

  'event.run_nothing.title': '没有可注入的事件',
  'event.run_nothing': '没有 NMI 在等待 vCPU {vcpu}，它的 IRR 中也没有向量：KVM 不带事件进入它。',

  'event.extint_ack.title': 'ExtINT 优先',
  'event.extint_ack': 'vCPU {vcpu} 从 8259 取得向量 {vec}，LAPIC 的 IRR、ISR 和 PPR 都不参与。',

  'event.kvm_inj_virq.title': 'KVM 注入向量',
  'event.kvm_inj_virq': 'KVM 把向量 {vec} 写入 VM-entry 中断信息字段，vCPU {vcpu} 进入客户机时接受它。',
  'event.kvm_inj_virq.amd': 'KVM 把向量 {vec} 写入 VMCB 的 EVENTINJ，vCPU {vcpu} 进入客户机时接受它。',
  'event.kvm_inj_virq.again': '上次进入没能投递向量 {vec}，KVM 重新注入。已应答的向量不会退回 IRR。',
  'event.kvm_inj_virq.again.title': 'KVM 重新注入',
  'event.kvm_inj_virq.why': 'RFLAGS.IF = {if}，中断阴影：{shadow}，没有其他事件优先。',

  'event.inject_nmi.title': 'KVM 注入 NMI',
  'event.inject_nmi': 'KVM 把 NMI（向量 2）注入 vCPU {vcpu}。在 IRET 之前，后续 NMI 被阻塞。',

  'event.accept_init.title': 'INIT 复位 vCPU',
  'event.accept_init': 'KVM 复位 vCPU {vcpu}，它的状态现在是 {mp}。',

  'event.accept_sipi.title': 'SIPI 启动 vCPU',
  'event.accept_sipi': 'vCPU {vcpu} 在实模式下从 {start} 开始执行。',
  'event.accept_sipi.ignored': 'vCPU {vcpu} 没有在等 SIPI，KVM 丢弃这一个。',
  'event.accept_sipi.ignored.title': 'SIPI 被丢弃',

  'event.nmi_unmask.title': 'IRET 结束 NMI 阻塞',
  'event.nmi_unmask': 'vCPU {vcpu} 执行 IRET，可以接受下一个 NMI。',
};
