// dist/lecture/reveal: the deck's own copy of reveal.js beside the lecture, so that it runs from a disk with no network.
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './deps.mjs';

const FILES = ['dist/reveal.js', 'dist/reveal.css', 'dist/theme/white.css', 'dist/plugin/notes.js', 'LICENSE'];

/** @param {string} dist */
export function buildLecture(dist) {
  const out = join(dist, 'lecture/reveal');
  mkdirSync(out, { recursive: true });
  for (const file of FILES) copyFileSync(join(root, 'node_modules/reveal.js', file), join(out, basename(file)));
}
