import type { presetNotes as en } from '../en/preset-notes.ts';
import { presetNotesVmx } from './preset-notes-vmx.ts';

export const presetNotes: Record<keyof typeof en, string> = {
  ...presetNotesVmx,
  'preset.serial-ioapic.about':
    '一次边沿的完整路程：16550 拉起 GSI 4，路由表把它同时送往两个芯片，被屏蔽的 8259 丢弃它，IOAPIC 把引脚 4 变成向量 0x34，vCPU 1 运行处理程序并写 EOI。',
  'preset.serial-ioapic.look.fork': '一个 GSI，两条路由：KVM 无法知道客户机用哪个芯片，所以两个都通知。',
  'preset.serial-ioapic.look.pic': '客户机屏蔽了 8259，岔路的这一支到此为止。',
  'preset.serial-ioapic.look.rte': '重定向表项决定一切：向量、投递模式、目标、触发方式。',
  'preset.serial-ioapic.look.irr': '向量现在是本地 APIC 的 IRR 里的一个位，等待它的 vCPU。',
  'preset.serial-ioapic.look.ack': '应答：该位从 IRR 移到 ISR，PPR 水位随之上升。',
  'preset.serial-ioapic.look.eoi': 'EOI 清除 ISR 位。边沿中断不欠 IOAPIC 什么。',
  'preset.pit-extint.about':
    '引导期的路：i8254 给 GSI 0 一个脉冲，8259 拉起输出，处于 ExtINT 模式的 LVT0 让它进入 vCPU 0，向量在注入时才从 PIC 读出。随后节拍被错过，又被补发。',
  'preset.pit-extint.look.pulse': '一个节拍就是一个脉冲：线拉高后立即放低。',
  'preset.pit-extint.look.output': '8259 请求 CPU。这里没有 IRR 位：向量还不知道。',
  'preset.pit-extint.look.inta': '此刻才读出向量：基址 + 引脚号。',
  'preset.pit-extint.look.ack': '在 PIC 上的 EOI 告诉 i8254：客户机看到了这个节拍。',
  'preset.pit-extint.look.held': '前一个节拍还没被应答，所以这个先留着。',
  'preset.intx-shared.about':
    'virtio-net 和 virtio-blk 都驱动 GSI 11。第一个被服务期间，remote IRR 挡住第二个；EOI 发现线仍为高，于是再发一次。',
  'preset.intx-shared.look.remote': '电平投递会置 remote IRR：在 EOI 之前这个引脚不再发送。',
  'preset.intx-shared.look.quiet': '驱动读取设备，线随之放低。',
  'preset.intx-shared.look.waits': '另一个设备拉高同一条线：remote IRR 已置，只能等待。',
  'preset.intx-shared.look.again': 'EOI 清除 remote IRR，线仍为高：IOAPIC 再次发送该向量。',
  'preset.level-early-eoi.about':
    '处理程序在设备放开线之前就写了 EOI，于是 IOAPIC 一次又一次投递同一个中断，直到线放低。',
  'preset.level-early-eoi.look.early': '线还高着就写了 EOI。',
  'preset.level-early-eoi.look.again': 'remote IRR 已清，引脚的线还高：立即再发。',
  'preset.level-early-eoi.look.quiet': '设备终于放开：下一次 EOI 就是最后一次。',
  'preset.msix-blk.about':
    '客户机编程 virtio-blk 的 MSI-X 表项，VMM 把它变成带 irqfd 的 GSI 路由，一次完成不经过任何芯片就到达 vCPU 1。随后表项被屏蔽，消息以挂起位的形式等待。',
  'preset.msix-blk.look.route': 'VMM 跟随客户机的表：为 GSI 24 建一条 MSI 路由。',
  'preset.msix-blk.look.fast': '单独一条 MSI 路由不需要工作队列：直接在 eventfd 唤醒时注入。',
  'preset.msix-blk.look.decode': '地址是目标，数据是向量。',
  'preset.msix-blk.look.pending': '已屏蔽：设备把消息记在挂起位数组里。',
  'preset.ipi-shorthands.about':
    '各 vCPU 写自己的 ICR：发给一个 CPU、发给自己、发给除自己以外的所有、发给包括自己的所有。',
  'preset.ipi-shorthands.look.one': '写明目标 id：一个 APIC。',
  'preset.ipi-shorthands.look.self': '简写“自己”：不看目标字段。',
  'preset.ipi-shorthands.look.allbut': '除自己以外：KVM 逐个遍历 vCPU，快速映射帮不上忙。',
  'preset.ipi-shorthands.look.all': '包括自己的所有。',
  'preset.priority-nesting.about':
    '只有优先级类高于 PPR 的向量才会投递。TPR 挡住一个，正在运行的处理程序挡住另一个，而更高的类打断运行中的处理程序。',
  'preset.priority-nesting.look.tpr': '0x31 属于类 3，而 TPR 是 0x40：在水位之下。',
  'preset.priority-nesting.look.passes': '0x61 属于类 6：在水位之上。',
  'preset.priority-nesting.look.below': '0x51 属于类 5；0x61 的处理程序把 PPR 保持在 0x60。',
  'preset.priority-nesting.look.nested': '0x81 高于 PPR 且 IF 已置：于是嵌套。',
  'preset.priority-nesting.look.inner': 'EOI 结束在服务中的最高向量：里层那个。',
  'preset.logical-lowest.about':
    '逻辑目标是一组 CPU。固定模式到达其中每一个；最低优先级只选一个，KVM 用“向量对候选数取模”来选。',
  'preset.logical-lowest.look.two': '目标 0x05 是掩码：CPU 0 和 2，各得一枚令牌。',
  'preset.logical-lowest.look.hash': '最低优先级其实不看任何优先级：向量 0x50 对 4 取模为 0。',
  'preset.logical-lowest.look.other': '下一个向量落在下一个候选上。',
  'preset.coalesced-lost.about':
    '一次边沿没能到达的四种方式：线从未放低，引脚被屏蔽，没有这个 APIC id，这个 GSI 没有路由。',
  'preset.coalesced-lost.look.coalesced': '线还高着：第二次拉高仍是同一次边沿。KVM 返回 0。',
  'preset.coalesced-lost.look.masked': '引脚被屏蔽：KVM 返回 -1，但记住了线的状态。',
  'preset.coalesced-lost.look.lost': '解除屏蔽不会重放屏蔽期间来过的边沿。',
  'preset.coalesced-lost.look.absent': 'APIC id 7 不存在：消息无人接收。',
  'preset.coalesced-lost.look.noroute': 'GSI 100 没有路由。',
  'preset.lapic-timer.about': 'vCPU 0 单次，vCPU 1 用 TSC 截止时间，然后周期模式：都在虚拟时间里。',
  'preset.lapic-timer.look.oneshot': 'TMICT 开始计数；分频寄存器决定速度。',
  'preset.lapic-timer.look.deadline': '截止时间模式与 TSC 比较；不用计数寄存器。',
  'preset.lapic-timer.look.expired': '时间到：KVM 记下一次到期并踢一下 vCPU。',
  'preset.lapic-timer.look.periodic': '周期模式：下一次到期比上一次晚一个周期，不会快过 200 µs。',
  'preset.irqfd-resample.about':
    '直通设备的电平线：irqfd 置起并保持，EOI 放下并触发 resamplefd，仍需要服务的设备再次触发。',
  'preset.irqfd-resample.look.assert': '经过工作队列，用自己的来源编号：置起，而不是脉冲。',
  'preset.irqfd-resample.look.ack': '客户机的 EOI 到达应答通知。',
  'preset.irqfd-resample.look.signal': '用户态得知 EOI，可以解除对设备的屏蔽。',
  'preset.irqfd-resample.look.again': '线还高着，设备再次触发。',
  'preset.ap-startup.about':
    'vCPU 0 发送 INIT 和两次 SIPI。INIT 复位 vCPU 1 并让它等待；第一个 SIPI 让它从 vector << 12 开始；第二个已无人等待。',
  'preset.ap-startup.look.init': 'INIT 作为挂起事件被记住，而不是向量。',
  'preset.ap-startup.look.wait': '已复位，等待 SIPI（INIT_RECEIVED）。',
  'preset.ap-startup.look.start': '它从 0x8000 开始执行。',
  'preset.ap-startup.look.second': 'vCPU 已在运行：第二个 SIPI 被丢弃。',
  'preset.eight-vcpus.about': '八个 vCPU 上同时有消息、广播和两个设备。',
  'preset.eight-vcpus.look.broadcast': '一次 ICR 写，七个接收者。',
};
