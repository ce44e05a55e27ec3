import type { device as en } from '../../en/events/device.ts';

export const device: Record<keyof typeof en, string> = {
  'event.device_raise.title': '设备拉高中断线',
  'event.device_raise': '{device} 拉高它的中断线 GSI {gsi}。',
  'event.device_raise.low': '{device} 拉低它的中断线 GSI {gsi}。',
  'event.device_raise.low.title': '设备拉低中断线',

  'event.device_event.title': '设备需要服务',
  'event.device_event': '{device}：{what}。',

  'event.device_quiet.title': '驱动处理完设备请求',
  'event.device_quiet': '处理程序取走 {device} 的数据，设备不再需要中断。',
  'event.device_quiet.serial': '处理程序读取 {device} 收到的数据：没有数据可读了，中断线变低。',
  'event.device_quiet.virtio': '处理程序读取 {device} 的 ISR 状态。读操作将其清零，中断线变低。',
  'event.device_quiet.nvme': '处理程序取走 {device} 的完成项，并写队头门铃：队列为空，中断线变低。',
  'event.device_quiet.e1000': '处理程序读取 {device} 的 ICR。读操作清除中断原因，中断线变低。',
  'event.device_quiet.message': '处理程序服务 {device}。消息不需要撤销：不读寄存器，也没有中断线。',

  'event.device_config.title': '设备配置已变更',
  'event.device_config': '{device} 置 ISR 状态的位 1（配置已变更），并拉高中断线。',
  'event.device_config.vector': '{device} 通过驱动为此选定的 MSI-X 表项 {entry} 通知变更。',
  'event.device_config.noVector': '{device} 没有用于变更的向量，什么也不发送。',

  'event.msix_write.title': '客户机写 MSI-X',
  'event.msix_write': '客户机向 {device} 的 MSI-X 表项 {entry} 的 {field} 写入 {value}。',
  'event.msix_write.control': '客户机向 {device} 的 MSI-X 能力结构的 {field} 写入 {value}。',
  'event.msix_write.cap.title': '客户机写 MSI 能力结构',
  'event.msix_write.cap': '客户机向 {device} 的 MSI 能力结构的 {field} 写入 {value}。',

  'event.msix_pending.title': 'MSI-X 表项被屏蔽',
  'event.msix_pending': '{device} 的表项 {entry} 被屏蔽，设备置 pending 位，不发送消息。',
  'event.msix_pending.function.title': 'MSI-X 整个功能被屏蔽',
  'event.msix_pending.function': '{device} 的 function mask 为 1，设备置表项 {entry} 的 pending 位，不发送消息。',
  'event.msix_pending.cap.title': 'MSI 向量被屏蔽',
  'event.msix_pending.cap': '{device} 的屏蔽位 {entry} 为 1，设备置 pending 位，不发送消息。',
};
