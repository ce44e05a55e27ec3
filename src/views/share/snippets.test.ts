import { describe, expect, test } from 'vitest';
import { elementSnippet, iframeSnippet, markdownSnippet, revealSnippet, type Shared } from './snippets.ts';

const shared: Shared = {
  pageUrl: 'https://x.example/irq/',
  link: 'p=intx-shared&t=30&g=2',
  title: 'Two "devices" [share] <one> line',
  step: 'route#2',
  theme: 'dark',
  lang: 'zh-CN',
};
const own: Shared = { ...shared, link: 's=k1.abc', title: 'irqscope', theme: null, lang: null };

describe('what is pasted elsewhere', () => {
  test('Markdown: the picture of the preset, in a link to the moment', () =>
    expect(markdownSnippet(shared)).toBe(
      '[![Two "devices" \\[share\\] \\<one\\> line](https://x.example/irq/posters/intx-shared.svg)](https://x.example/irq/#p=intx-shared&t=30&g=2)',
    ));
  test('Markdown of a changed scene asks for a picture of its own', () =>
    expect(markdownSnippet(own)).toBe('[![irqscope](irqscope.svg)](https://x.example/irq/#s=k1.abc)'));
  test('an iframe stands still, is sandboxed, and is named', () => {
    const text = iframeSnippet(shared);
    expect(text).toContain(
      'src="https://x.example/irq/?embed=1&amp;play=0&amp;theme=dark&amp;lang=zh#p=intx-shared&amp;t=30&amp;g=2"',
    );
    expect(text).toContain('sandbox="allow-scripts allow-popups allow-downloads"');
    expect(text).toContain('title="Two &quot;devices&quot; [share] &lt;one&gt; line"');
  });
  test('the element names its step, so that a new kind of step moves no deck', () =>
    expect(elementSnippet(shared)).toContain(
      '<irq-scope preset="intx-shared" step="route#2" theme="dark" lang="zh" title="Two &quot;',
    ));
  test('the element of a changed scene, or of an old version, has the whole link', () => {
    expect(elementSnippet(own)).toContain('<irq-scope state="s=k1.abc" title="irqscope">');
    expect(elementSnippet({ ...shared, link: 'p=msi@1&t=2' })).toContain('state="p=msi@1&amp;t=2"');
  });
  test('reveal.js: a slide and the plugin', () => {
    expect(revealSnippet(shared)).toContain('<irq-scope preset="intx-shared" theme');
    expect(revealSnippet(shared)).toContain('embed/reveal-irqscope.js');
    expect(revealSnippet(shared)).toContain('plugins: [RevealIrqscope]');
  });
});
