import type { apicv as en } from '../../en/events/apicv.ts';

export const apicv: Record<keyof typeof en, string> = {
  'event.set_rvi.title': 'RVI 改变',
  'event.set_rvi': 'vCPU {vcpu} 的 RVI 从 {before} 变为 {after}。',

  'event.set_svi.title': 'SVI 改变',
  'event.set_svi': 'vCPU {vcpu} 的 SVI 从 {before} 变为 {after}。',

  'event.vid_evaluate.title': '识别到虚拟中断',
  'event.vid_evaluate': 'RVI {rvi} 的优先级类高于 VPPR {vppr}：处理器识别到一个虚拟中断。',
  'event.vid_evaluate.no': 'RVI {rvi} 的优先级类不高于 VPPR {vppr}：处理器没有识别到虚拟中断。',
  'event.vid_evaluate.no.title': '没有识别到虚拟中断',

  'event.vid_deliver.title': '处理器投递向量',
  'event.vid_deliver':
    '处理器把向量 {vec} 从 vCPU {vcpu} 的 VIRR 移到 VISR，并经 IDT 投递。SVI 为 {vec}，RVI 为 {rvi}。',
  'event.vid_deliver.why':
    'RVI 的优先级类 {cls} 高于 VPPR 的类 {pprCls}，IF 为 1，没有阴影。没有 VM exit，也没有跟踪点。',

  'event.vid_held.title': '虚拟中断等待',
  'event.vid_held': 'vCPU {vcpu} 的 RFLAGS.IF 为 0，向量 {vec} 在 VIRR 中等待。',
  'event.vid_held.shadow': 'vCPU {vcpu} 处于中断阴影中，向量 {vec} 在 VIRR 中再等一条指令。',
  'event.vid_held.ppr': '向量 {vec} 在 vCPU {vcpu} 的 VIRR 中等待：优先级类不高于 VPPR {vppr}。',

  'event.ppr_virtualization.title': '处理器计算 VPPR',
  'event.ppr_virtualization': '处理器由 VTPR {vtpr} 与 SVI {svi} 算出 vCPU {vcpu} 的 VPPR {vppr}。',

  'event.eoi_virtualization.title': '处理器虚拟化 EOI',
  'event.eoi_virtualization': '处理器在 vCPU {vcpu} 上结束向量 {vec}：清除 VISR 位，SVI 变为 {svi}。没有退出。',
  'event.eoi_virtualization.avic': 'AVIC 在 vCPU {vcpu} 上结束向量 {vec}：清除 backing page 中的 ISR 位。没有退出。',
  'event.eoi_virtualization.avic.why': 'AVIC 加速边沿触发向量的 EOI；电平触发的会退出。',
  'event.eoi_virtualization.exits': '处理器在 vCPU {vcpu} 上结束向量 {vec}。它的 EOI-exit 位为 1，处理器退出到 KVM。',
  'event.eoi_virtualization.exits.title': 'EOI-exit 位为 1',
  'event.eoi_virtualization.why': 'EOI-exit 位图：位 {vec} 为 {exits}。',

  'event.eoi_induced.title': 'KVM 处理 EOI 退出',
  'event.eoi_induced': 'vCPU {vcpu} 因向量 {vec} 发生 EOI_INDUCED：处理器已清除 VISR，KVM 通知 IOAPIC。',

  'event.tpr_virtualization.title': '处理器虚拟化 TPR',
  'event.tpr_virtualization': '客户机把 vCPU {vcpu} 的 VTPR 置为 {vtpr}。没有退出。',

  'event.self_ipi_virtualization.title': '处理器虚拟化 self-IPI',
  'event.self_ipi_virtualization': '处理器置 vCPU {vcpu} 的 VIRR 位 {vec}，PIR 与 ON 不变。',

  'event.apic_read_virtualized.title': '不退出的 APIC 读',
  'event.apic_read_virtualized': '客户机从虚拟 APIC 页读取 LAPIC {vcpu} 的 {register}：{value}。',
  'event.apic_read_virtualized.avic': '客户机从 backing page 读取 LAPIC {vcpu} 的 {register}：{value}。',

  'event.apic_write_virtualized.title': '不退出的 APIC 写',
  'event.apic_write_virtualized': '客户机把 {value} 写入 LAPIC {vcpu} 的 {register}，值落在虚拟 APIC 页上。',
  'event.apic_write_virtualized.avic': '客户机把 {value} 写入 LAPIC {vcpu} 的 {register}，值落在 backing page 上。',

  'event.apic_write_exit.title': 'APIC-write 退出',
  'event.apic_write_exit': '值已在 LAPIC {vcpu} 的 {register} 中，处理器退出，由 KVM 模拟其效果。',
  'event.apic_write_exit.why': '这是陷阱类退出：指令已完成，值已在页中。',

  'event.apic_access_exit.title': 'APIC-access 退出',
  'event.apic_access_exit': '处理器不虚拟化对 {register} 的这次访问，于是退出到 KVM。',
  'event.apic_access_exit.eoi': '写 EOI 的 MOV 引起退出。KVM 走快速路径：结束中断并跳过指令，不做模拟。',

  'event.msr_exit.title': 'MSR 退出',
  'event.msr_exit': 'KVM 拦截 vCPU {vcpu} 的 MSR {msr}，模拟这次写入。',
  'event.msr_exit.read': 'KVM 拦截 vCPU {vcpu} 的 MSR {msr}，模拟这次读取。',

  'event.eoi_exitmap.title': 'KVM 装载 EOI-exit 位图',
  'event.eoi_exitmap': 'KVM 装载 vCPU {vcpu} 的 EOI-exit 位图：{n} 个向量的 EOI 会退出。',

  'event.apicv_update.title': 'vCPU 打开 APICv',
  'event.apicv_update': 'vCPU {vcpu} 从下次进入起使用 APICv。',
  'event.apicv_update.off': 'vCPU {vcpu} 停用 APICv，从下次进入起由 KVM 注入。',
  'event.apicv_update.off.title': 'vCPU 关闭 APICv',
  'event.apicv_update.why': '抑制原因：{inhibits}。只有没有任何原因且 LAPIC 已启用时，APICv 才打开。',

  'event.apicv_controls.title': '执行控制改变',
  'event.apicv_controls': 'vCPU {vcpu} 的控制字段：pin {pin}，secondary {secondary}，tertiary {tertiary}。',

  'event.apicv_inhibit.title': 'APICv 被抑制',
  'event.apicv_inhibit': 'KVM 为整个虚拟机置抑制原因 {inhibit}。',
  'event.apicv_inhibit.clear': 'KVM 为整个虚拟机清除抑制原因 {inhibit}。',
  'event.apicv_inhibit.clear.title': '抑制原因消失',
  'event.apicv_inhibit.why':
    '整个虚拟机的状态改变：KVM 向所有 vCPU 发 KVM_REQ_APICV_UPDATE，并等客户机中的 vCPU 退出。',

  'event.virtual_apic_mode.title': 'APIC 虚拟化模式改变',
  'event.virtual_apic_mode': 'KVM 把 vCPU {vcpu} 的 secondary 控制置为 {secondary}。',

  'event.ipi_virtualization.title': '处理器发送 IPI',
  'event.ipi_virtualization': 'vCPU {vcpu} 的处理器在 PID 指针表中找到 id {dest}，把向量 {vec} post 给 vCPU {target}。',

  'event.ipi_not_virtualized.title': 'IPI 须由 KVM 发送',
  'event.ipi_not_virtualized': '处理器只虚拟化发往单个物理 id 的 Fixed 边沿 IPI。产生 APIC-write 退出。',
  'event.ipi_not_virtualized.range': 'id {dest} 超出 PID 指针表。产生 APIC-write 退出。',
  'event.ipi_not_virtualized.invalid': 'PID 指针表中没有 id {dest} 的有效表项。产生 APIC-write 退出。',
};
