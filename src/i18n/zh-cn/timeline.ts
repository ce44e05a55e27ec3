import type { timeline as en } from '../en/timeline.ts';

export const timeline: Record<keyof typeof en, string> = {
  'narrator.title': '旁白',
  'narrator.journey': '旅程 {journey}',
  'narrator.beat': '第 {beat} 段，共 {count} 段',
  'timeline.transport': '播放',
  'timeline.first': '第一步',
  'timeline.back': '后退一步',
  'timeline.play': '播放',
  'timeline.pause': '暂停',
  'timeline.step': '前进一步',
  'timeline.last': '最后一步',
  'timeline.speed': '速度',
  'timeline.count': '{step} / {count}',
  'shell.about': '在 KVM 下，中断如何到达 vCPU。',
  'shell.stage': '舞台',
  'shell.panels': '面板',
  'shell.loading': '正在加载场景……',
  'shell.broken': '页面的这一部分出错，请重新加载页面。',
};
