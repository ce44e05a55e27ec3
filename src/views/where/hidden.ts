/** An exercise hides what the rules found until it was guessed, or asked for. */
import { isCase } from '../../scenes/case.ts';
import type { AppState } from '../../store/types.ts';

export const isHidden = ({ sceneId: { preset }, ui: { revealed } }: AppState): boolean =>
  isCase(preset) && revealed !== preset;
