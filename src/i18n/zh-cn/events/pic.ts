import type { pic as en } from '../../en/events/pic.ts';

export const pic: Record<keyof typeof en, string> = {
  'event.pic_line.title': 'PIC 引脚变高',
  'event.pic_line': 'PIC 引脚 {pin}（{chip} 8259）变高。',
  'event.pic_line.low': 'PIC 引脚 {pin}（{chip} 8259）变低。',
  'event.pic_line.low.title': 'PIC 引脚变低',
  'event.pic_line.held': '一个源不再拉高 PIC 引脚 {pin}（{chip} 8259），但另一个源仍使它保持为高。',
  'event.pic_line.held.title': 'PIC 引脚仍为高',
  'event.pic_line.why': 'IMR 位 {bit} 为 {mask}；ELCR 规定该引脚为{trig}触发。',

  'event.pic_line.why.held': 'ISR 位 {holder} 的优先级不低于它：8259 不拉高 INTR，请求等待该位的 EOI。',
  'event.kvm_pic_set_irq.title': '8259 锁存请求',
  'event.kvm_pic_set_irq': '{chip} 8259 把 PIC 引脚 {pin} 锁存到 IRR。',
  'event.kvm_pic_set_irq.low': 'PIC 引脚 {pin}（{chip} 8259）为低。',
  'event.kvm_pic_set_irq.low.title': '8259 引脚为低',
  'event.kvm_pic_set_irq.masked': 'PIC 引脚 {pin}（{chip} 8259）不会拉高 INTR：它的 IMR 位为 1。',
  'event.kvm_pic_set_irq.masked.title': '8259 引脚被屏蔽',
  'event.kvm_pic_set_irq.coalesced': 'PIC 引脚 {pin}（{chip} 8259）已在等待，两次请求合并为一次。',
  'event.kvm_pic_set_irq.coalesced.title': '8259 合并请求',

  'event.pic_masked.title': '8259 屏蔽该引脚',
  'event.pic_masked': 'PIC 引脚 {pin}（{chip} 8259）被屏蔽。IRR 锁存请求，但 INTR 不变高。',
  'event.pic_masked.why': '{chip} 8259 的 IMR 为 {imr}：位 {bit} 是 1。Linux 启用 IOAPIC 后会屏蔽两片 8259。',

  'event.pic_coalesced.title': '8259 合并请求',
  'event.pic_coalesced': '{chip} 8259 的 IRR 位 {bit} 已经是 1，两次请求合并为一次。',

  'event.pic_output.title': '8259 拉高 INTR',
  'event.pic_output': '主片 8259 因 PIC 引脚 {pin} 拉高 INTR 输出。',
  'event.pic_output.low': '主片 8259 拉低 INTR：没有未屏蔽的请求在等待。',
  'event.pic_output.low.title': '8259 拉低 INTR',
  'event.pic_output.why': 'PIC 引脚 {pin} 是最高的请求，未被屏蔽，且优先级高于正在服务的（ISR {isr}）。',

  'event.pic_wakeup.title': 'KVM 为 8259 选定 vCPU',
  'event.pic_wakeup': 'vCPU {vcpu} 是第一个 LVT0 接受 8259 的 vCPU，KVM 置 KVM_REQ_EVENT 并 kick 它。',
  'event.pic_wakeup.why':
    'LAPIC {vcpu} 的 LVT0 为 {lvt0}。未屏蔽且为 ExtINT 模式，或 APIC_BASE 关闭了 LAPIC 时，它接受 8259。',

  'event.pic_nobody.title': '没有 vCPU 接受 8259',
  'event.pic_nobody': '没有哪个 vCPU 的 LVT0 处于未屏蔽的 ExtINT 模式，INTR 不起作用。',

  'event.pic_inta.title': '8259 给出向量',
  'event.pic_inta': 'KVM 在注入时应答 PIC 引脚 {pin}：向量 {vec} 等于 ICW2 基址 {base} + {bit}。',
  'event.pic_inta.vmm': 'VMM 应答自己的 8259 引脚 {pin}：向量 {vec} 等于 ICW2 基址 {base} + {bit}。',
  'event.pic_inta.spurious': '应答之前请求已经消失，{chip} 8259 给出伪中断向量 {vec}。',
  'event.pic_inta.spurious.title': '8259 给出伪中断向量',

  'event.pic_eoi.title': '8259 收到 EOI',
  'event.pic_eoi': 'EOI 清除 PIC 引脚 {pin} 的 ISR 位，{chip} 8259 可以发送下一个请求。',

  'event.pic_write.title': '客户机写 8259',
  'event.pic_write': '客户机向端口 {port} 写入 {value}：{chip} 8259 的 {word}。',

  'event.pic_read.title': '客户机读 8259',
  'event.pic_read': '客户机从{chip} 8259 的端口 {port} 读到 {value}。',

  'event.elcr_write.title': '客户机设定边沿或电平',
  'event.elcr_write': '客户机向 ELCR 端口 {port} 写入 {value}：为 1 的引脚采用电平触发。',
};
