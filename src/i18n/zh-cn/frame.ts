import type { frame as en } from '../en/frame.ts';

export const frame: Record<keyof typeof en, string> = {
  'shell.open': '在 irqscope 中打开',
  'shell.start': '开始场景',
  'shell.play': '播放：{title}',
  'quiz.next': '接下来会发生什么？',
  'quiz.switch': '先猜',
  'quiz.switchIs': '在带标记的段落前停下，先猜会发生什么。',
  'quiz.right': '正确。目前 {of} 题答对 {right} 题。',
  'quiz.wrong': '不对：看标记。目前 {of} 题答对 {right} 题。',
  'quiz.go': '继续',
  'quiz.skip': '跳过',
  'consent.ask': '外层页面想要获取你在这里所做的修改。是否提供？',
  'consent.once': '仅此一次',
  'consent.always': '以后都提供',
  'consent.no': '不提供',
};
