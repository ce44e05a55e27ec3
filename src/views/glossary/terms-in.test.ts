import { expect, test } from 'vitest';
import { glossary as en } from '../../i18n/en/glossary.ts';
import { TERMS } from '../../i18n/terms.ts';
import { glossary as zh } from '../../i18n/zh-cn/glossary.ts';
import { termsIn } from './terms-in.ts';

const ids = (text: string, lang: 'en' | 'zh-CN' = 'en'): string[] => termsIn(text, lang).map(({ id }) => id);

test.each([
  ['Pin 11 was sent and its EOI is still due: remote IRR is 1.', ['pin', 'send', 'eoi', 'remote-irr']],
  ['The IRR of LAPIC 0', ['irr', 'lapic']],
  ['kvm_set_irq: user space lowers GSI 11.', ['vmm', 'deassert', 'gsi']],
  ['On entry KVM sees ON set', ['on']],
  ['if IF were 0', ['if']],
  ['The guest runs', ['guest']],
  ['a masked pin, masking, unmasked', ['mask', 'pin', 'mask', 'mask']],
  ['KVM_REQ_EVENT is served', ['request']],
  ['a shipping pinned deadline', []],
])('%s', (text, wanted) => expect(ids(text)).toEqual(wanted));

test.each([
  ['remote IRR 为 1，IOAPIC 不发送', ['remote-irr', 'ioapic', 'send']],
  ['vCPU 1 停机，KVM 唤醒它的线程', ['vcpu', 'halted', 'wake']],
  ['PIR 与 PI 描述符', ['pir', 'pi-descriptor']],
])('%s', (text, wanted) => expect(ids(text, 'zh-CN')).toEqual(wanted));

test('a head too short to be met in a sentence is met where it stands alone', () => {
  expect([ids('vec'), ids('dest'), ids(' trig ')]).toEqual([['vector'], ['destination'], ['trigger-mode']]);
  expect(ids('x2APIC mode')).toEqual(['xapic']);
});

test('every term is found by each of its names, and has a name and a sentence in both languages', () => {
  for (const { id, en: forms, 'zh-CN': chinese } of TERMS) {
    for (const form of forms) expect(ids(form.endsWith('_') ? `${form}EVENT` : form), form).toContain(id);
    for (const form of chinese) expect(ids(form.endsWith('_') ? `${form}EVENT` : form, 'zh-CN'), form).toContain(id);
    for (const texts of [en, zh] as Readonly<Record<string, string>>[]) {
      expect(texts[`term.${id}`]?.length, id).toBeGreaterThan(0);
      expect(texts[`term.${id}.is`]?.length, id).toBeGreaterThan(9);
      expect(texts[`term.${id}.is`]?.length, id).toBeLessThanOrEqual(140);
    }
  }
  const known = new Set(TERMS.map(({ id }) => `term.${id}`));
  const strays = Object.keys(en).filter((key) => key.startsWith('term.') && !known.has(key.replace(/\.is$/, '')));
  expect(strays).toEqual([]);
});
