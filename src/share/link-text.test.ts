import { expect, test } from 'vitest';
import { linkText } from './link-text.ts';
import { readStateFile, stateFile } from './state-file.ts';

test.each([
  ['p=intx-shared&t=kvm_eoi#1', 'p=intx-shared&t=kvm_eoi#1'],
  ['#p=intx-shared&t=kvm_eoi#1', 'p=intx-shared&t=kvm_eoi#1'],
  ['https://a.example/irqscope/?lang=zh#p=intx-shared&t=kvm_eoi#1', 'p=intx-shared&t=kvm_eoi#1'],
  ['https://a.example/#s=k1.AbC-_9', 's=k1.AbC-_9'],
  ['#ch=gsi&stop=2', 'ch=gsi&stop=2'],
  ['https://a.example/x?y=1', 'https://a.example/x?y=1'],
  ['#', ''],
  ['', ''],
])('%s', (text, link) => {
  expect(linkText(text)).toBe(link);
  if (link !== '') expect(readStateFile(stateFile(null, text))).toEqual({ ok: true, link });
});
