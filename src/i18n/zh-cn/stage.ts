import type { stage as en } from '../en/stage.ts';

export const stage: Record<keyof typeof en, string> = {};
