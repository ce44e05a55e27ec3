import type { lapic as en } from '../../en/events/lapic.ts';

export const lapic: Record<keyof typeof en, string> = {
  'event.kvm_irq_delivery_to_apic.title': 'KVM 查找目标',
  'event.kvm_irq_delivery_to_apic': 'KVM 查找匹配{destMode}目标 {dest} 的 LAPIC，以发送向量 {vec}（{mode}）。',
  'event.kvm_irq_delivery_to_apic.event': 'KVM 查找匹配{destMode}目标 {dest} 的 LAPIC，以发送 {mode}。',
  'event.kvm_irq_delivery_to_apic.shorthand': 'KVM 把向量 {vec}（{mode}）发送给{shorthand}。',
  'event.kvm_irq_delivery_to_apic.shorthandEvent': 'KVM 把 {mode} 发送给{shorthand}。',
  'event.kvm_irq_delivery_to_apic.why': 'KVM 的 APIC 映射直接给出答案，不必遍历 vCPU。',
  'event.kvm_irq_delivery_to_apic.self': '目标就是发送者自己，KVM 不查 APIC 映射，也不遍历 vCPU。',
  'event.kvm_irq_delivery_to_apic.slow':
    '映射给不出答案（广播、shorthand、模式混用或 APIC id 异常），KVM 逐个检查 vCPU。',

  'event.lowest_prio.title': '最低优先级选出一个 vCPU',
  'event.lowest_prio': '有 {count} 个 vCPU 匹配目标，KVM 选中 vCPU {vcpu}。',
  'event.lowest_prio.one': '一个 vCPU 匹配目标：KVM 选中 vCPU {vcpu}。',
  'event.lowest_prio.why':
    '向量哈希：{vec} 对 {count} 取模得 {rest}，选中第 {rest} 个候选（从 0 起），即 vCPU {vcpu}。TPR 和 PPR 不参与。',
  'event.lowest_prio.why.arb': '向量哈希已关闭：KVM 选仲裁计数最小的 vCPU，相同时取第一个。',

  'event.no_destination.title': '没有 LAPIC 匹配',
  'event.no_destination': '没有 LAPIC 匹配{destMode}目标 {dest}，KVM 丢弃向量 {vec}。',
  'event.no_destination.why': '本虚拟机的 APIC id：{ids}。',

  'event.disabled_lapic.title': '选中的 LAPIC 未启用',
  'event.disabled_lapic': '最低优先级选中了逻辑目标 {dest} 中没有启用 LAPIC 的位置，KVM 丢弃向量 {vec}。',

  'event.kvm_apic_accept_irq.title': 'LAPIC 收到消息',
  'event.kvm_apic_accept_irq': 'LAPIC {vcpu} 收到向量 {vec}（{mode}，{trig}）。',
  'event.kvm_apic_accept_irq.event': 'LAPIC {vcpu} 收到 {mode} 消息。',
  'event.kvm_apic_accept_irq.why':
    'LAPIC {vcpu}：APIC_BASE 启用位 {hw}，SVR 启用位 {sw}。TMR 位 {vec} 变为 {tmr}，为 EOI 记下触发方式。',

  'event.accept_disabled.title': 'LAPIC 未启用',
  'event.accept_disabled': 'LAPIC {vcpu} 未启用，丢弃向量 {vec}。',
  'event.accept_disabled.why': 'APIC_BASE 启用位为 {hw}，SVR 启用位为 {sw}；Fixed 中断要求两者都为 1。',

  'event.accept_deassert.title': '忽略 deassert',
  'event.accept_deassert': 'LAPIC {vcpu} 忽略电平 deassert 消息。',

  'event.accept_ignored.title': 'LAPIC 忽略消息',
  'event.accept_ignored': 'LAPIC {vcpu} 忽略 {mode} 消息。',
  'event.accept_ignored.why': 'ExtINT 只经 LVT0 起作用，不能作为消息；SMI 需要 CONFIG_KVM_SMM。',

  'event.irr_set.title': '向量进入 IRR',
  'event.irr_set': 'KVM 置 LAPIC {vcpu} 的 IRR 位 {vec}，向量在那里等到 vCPU 可以接受。',
  'event.irr_set.already': 'LAPIC {vcpu} 的 IRR 位 {vec} 已经是 1。一个位不能计数，两个中断合并为一个。',
  'event.irr_set.already.title': '向量已在 IRR 中',
  'event.irr_set.why': '优先级类 {cls} 对 PPR 类 {pprCls}（PPR {ppr}）：{verdict}。',

  'event.init_pending.title': 'INIT 待处理',
  'event.init_pending': 'LAPIC {vcpu} 记下 INIT，并丢弃等待中的 SIPI。vCPU 在下次进入前复位。',

  'event.sipi_pending.title': 'SIPI 待处理',
  'event.sipi_pending': 'LAPIC {vcpu} 记下向量为 {vec} 的 SIPI：从 {start} 开始执行。',

  'event.kvm_apic_ipi.title': 'vCPU 发送 IPI',
  'event.kvm_apic_ipi': 'vCPU {vcpu} 写 ICR：向量 {vec}，{mode}，发往{target}。',
  'event.kvm_apic_ipi.event': 'vCPU {vcpu} 写 ICR：{mode}，发往{target}。',
  'event.kvm_apic_ipi.why': 'ICR {icr}：模式 {mode}，{destMode}，{level}，{trig}，shorthand {shorthand}。',

  'event.kvm_apic_write.title': '客户机写 APIC 寄存器',
  'event.kvm_apic_write': 'vCPU {vcpu} 向自己 LAPIC 的 {register} 写入 {value}。',

  'event.kvm_apic_read.title': '客户机读 APIC 寄存器',
  'event.kvm_apic_read': 'vCPU {vcpu} 从自己 LAPIC 的 {register} 读到 {value}。',

  'event.apic_write_ignored.title': 'APIC 写入被拒',
  'event.apic_write_ignored': 'LAPIC {vcpu} 的 {register} 在此不可写。MMIO 写入被丢弃，MSR 写入产生 #GP。',

  'event.apic_base.title': 'APIC_BASE 改变',
  'event.apic_base': 'vCPU {vcpu} 向 IA32_APIC_BASE 写入 {value}：它的 LAPIC {mode}。',

  'event.apic_map.title': 'KVM 重建 APIC 映射',
  'event.apic_map': 'KVM 重建从目标到 vCPU 的映射：{mode}。',

  'event.ppr.title': 'PPR 改变',
  'event.ppr': 'LAPIC {vcpu} 的 PPR 从 {before} 变为 {after}：{direction}。',

  'event.apic_ack.title': '向量从 IRR 移到 ISR',
  'event.apic_ack': '向量 {vec} 是 LAPIC {vcpu} 的 IRR 中最高的，且高于 PPR：它的位移到 ISR。',
  'event.apic_ack.why': '优先级类 {cls} 高于 PPR 的类 {pprCls}（PPR {ppr}）。从现在起，类 {cls} 及更低的都要等待。',

  'event.kvm_eoi.title': 'EOI 结束向量',
  'event.kvm_eoi': 'vCPU {vcpu} 写 EOI，结束 ISR 中最高的向量 {vec}。',
  'event.kvm_eoi.why': 'EOI 不带向量，它清除 ISR 中最高的位。{ioapic}',

  'event.eoi_nothing.title': 'ISR 为空时的 EOI',
  'event.eoi_nothing': 'vCPU {vcpu} 写 EOI，但没有正在服务的向量，什么也不改变。',
};
