/** `dist/embed/reveal-irqscope`: the plugin with the element in it, as a classic script (global `RevealIrqscope`) and as a module. */
import presets from 'virtual:irqscope-presets';
import { defineElement } from './host/element.ts';
import { createPlugin } from './host/reveal.ts';

const script = document.currentScript;
const url = script instanceof HTMLScriptElement && script.src !== '' ? script.src : import.meta.url;

export default createPlugin(presets, () => defineElement(url));
