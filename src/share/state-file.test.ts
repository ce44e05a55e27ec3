import { describe, expect, test } from 'vitest';
import { readStateFile, stateFile } from './state-file.ts';
import { urlOf } from './url-link.ts';

describe('a scene as a file', () => {
  test('gives back the link it was made of', () => {
    const text = stateFile('intx-shared@1', 'p=intx-shared&t=4');
    expect(JSON.parse(text)).toEqual({
      type: 'irqscope',
      version: 1,
      source: 'intx-shared@1',
      link: 'p=intx-shared&t=4',
    });
    expect(readStateFile(text)).toEqual({ ok: true, link: 'p=intx-shared&t=4' });
  });
  test('a whole address in it is its link', () =>
    expect(readStateFile('{"type":"irqscope","version":1,"link":"https://x.example/irq/#p=msi"}')).toEqual({
      ok: true,
      link: 'p=msi',
    }));
  test.each([
    ['', 'file-foreign'],
    ['{', 'file-foreign'],
    ['[]', 'file-foreign'],
    ['null', 'file-foreign'],
    ['{"type":"excalidraw","version":2}', 'file-foreign'],
    ['{"type":"irqscope","version":"1","link":"p=a"}', 'file-foreign'],
    ['{"type":"irqscope","version":0,"link":"p=a"}', 'file-foreign'],
    ['{"type":"irqscope","version":2,"link":"p=a"}', 'file-newer'],
    ['{"type":"irqscope","version":1}', 'file-no-link'],
    ['{"type":"irqscope","version":1,"link":""}', 'file-no-link'],
    ['{"type":"irqscope","version":1,"link":{"p":1}}', 'file-no-link'],
  ])('%s is refused', (text, code) => expect(readStateFile(text)).toEqual({ ok: false, code }));
});

describe('a link that names a file', () => {
  test.each([
    ['url=https://x.example/a.irqscope.json', 'https://x.example/a.irqscope.json'],
    ['url=https%3A%2F%2Fx.example%2Fa%20b.svg', 'https://x.example/a%20b.svg'],
    ['url=https://x.example/a.json?x=1&y=2', 'https://x.example/a.json?x=1&y=2'],
    ['url=http://localhost:8080/a.svg', 'http://localhost:8080/a.svg'],
  ])('%s', (link, url) => expect(urlOf(link)?.href).toBe(url));
  test.each([
    'url=',
    'url=a.json',
    'url=http://x.example/a.json',
    'url=//x.example/a.json',
    'url=javascript:alert(1)',
    'url=data:application/json,{}',
    'url=file:///etc/passwd',
    'url=https://user:pass@x.example/a.json',
    'url=https%3A%2F%2F%E0%A4%A',
  ])('%s is none that may be loaded', (link) => expect(urlOf(link)).toBeNull());
});
