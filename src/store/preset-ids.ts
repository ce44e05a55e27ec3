/** Ids of the presets, in the order of the menu. Not in the first load. */
export { PRESET_IDS as presetIds } from '../scenes/files.ts';
