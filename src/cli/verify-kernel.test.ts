import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { opById } from '../spec/kernel/callbacks.ts';
import { fnById } from '../spec/kernel/functions.ts';
import { pathById } from '../spec/kernel/paths.ts';
import { checkBranches, readBranches } from './branch-check.ts';
import { checkKernel } from './kernel-check.ts';
import { directoryTree, type KernelTree, scanC, treeVersion } from './kernel-tree.ts';

/** A tree that holds just what CLAIMS says at v6.18, in the kernel's way of writing. */
const GOOD = {
  'virt/kvm/eventfd.c': `
static void
irqfd_inject(struct work_struct *work)
{
	kvm_set_irq(kvm, 0, irqfd->gsi, 1, false);
}

static int
irqfd_wakeup(wait_queue_entry_t *wait, unsigned mode, int sync, void *key)
{
	/* kvm_never_called(irqfd) is not a call */
	schedule_work(&irqfd->inject);
	return 0;
}

static int
kvm_irqfd_assign(struct kvm *kvm, struct kvm_irqfd *args)
{
	INIT_WORK(&irqfd->inject, irqfd_inject);
}
`,
  'virt/kvm/irqchip.c': `
int kvm_set_irq(struct kvm *kvm, int irq_source_id, u32 irq, int level,
		bool line_status)
{
	while (i--) {
		r = irq_set[i].set(&irq_set[i], kvm, irq_source_id, level, line_status);
	}
	return ret;
}
`,
  'arch/x86/kvm/irq.c': `
int kvm_set_routing_entry(struct kvm *kvm)
{
	e->set = kvm_pic_set_irq;
}
`,
  'arch/x86/kvm/i8259.c': `
static inline int pic_set_irq1(struct kvm_kpic_state *s, int irq, int level)
{
	return 1;
}

int kvm_pic_set_irq(struct kvm_kernel_irq_routing_entry *e, struct kvm *kvm,
		    int irq_source_id, int level, bool line_status)
{
	ret = pic_set_irq1(&s->pics[irq >> 3], irq & 7, irq_level);
}
`,
  'arch/x86/kvm/x86.c': `
static int vcpu_enter_guest(struct kvm_vcpu *vcpu)
{
	kvm_x86_call(cancel_injection)(vcpu);
}
`,
  'arch/x86/kvm/vmx/vmx.c': `
void vmx_cancel_injection(struct kvm_vcpu *vcpu)
{
}
`,
  'arch/x86/kvm/vmx/main.c': `
static void vt_cancel_injection(struct kvm_vcpu *vcpu)
{
	vmx_cancel_injection(vcpu);
}

#define vt_op(name) vt_##name

struct kvm_x86_ops vt_x86_ops __initdata = {
#ifdef CONFIG_X86_64
	.cancel_injection = vt_op(cancel_injection),
#endif
};
`,
} as const;

type Files = { readonly [path: string]: string };

function treeOf(files: Files): KernelTree {
  return {
    read: (path) => files[path] ?? null,
    list: (directory) => Object.keys(files).filter((path) => path.startsWith(`${directory}/`)),
  };
}

const CLAIMS = {
  functions: (
    ['irqfd_inject', 'irqfd_wakeup', 'kvm_set_irq', 'kvm_pic_set_irq', 'pic_set_irq1', 'kvm_set_pic_irq'] as const
  ).map(fnById),
  paths: [pathById('irqfd_slow_pic')],
  operations: [opById('cancel_injection')],
};

const problemsOf = (files: Files) => checkKernel(treeOf(files), 'v6.18', CLAIMS).problems;
const changed = (path: keyof typeof GOOD, from: string, to: string): Files => {
  expect(GOOD[path]).toContain(from);
  return { ...GOOD, [path]: GOOD[path].replace(from, to) };
};

describe('the check', () => {
  test('finds nothing false in a tree that is as said', () => {
    const { problems, counts } = checkKernel(treeOf(GOOD), 'v6.18', CLAIMS);
    expect(problems).toEqual([]);
    expect(counts).toMatchObject({ functions: 5, absent: 1, paths: 1, direct: 2, ops: 1, starts: 1, operations: 1 });
  });

  test('finds a function that is in another file', () => {
    const { 'arch/x86/kvm/i8259.c': pic, ...rest } = GOOD;
    expect(problemsOf({ ...rest, 'arch/x86/kvm/pic.c': pic })).toContain(
      'function pic_set_irq1 (arch/x86/kvm/i8259.c): there is no such file; it is in arch/x86/kvm/pic.c',
    );
  });

  test('finds a function that is only declared, or only named in a comment', () => {
    const declared = changed('arch/x86/kvm/i8259.c', 'int level)\n{\n\treturn 1;\n}', 'int level);');
    expect(problemsOf(declared)).toContain('function pic_set_irq1 (arch/x86/kvm/i8259.c): not defined there');
    const commented = changed('virt/kvm/eventfd.c', 'kvm_set_irq(kvm', '/* kvm_set_irq(kvm, */ kvm_other(kvm');
    expect(problemsOf(commented)).toEqual([
      'path irqfd_slow_pic: irqfd_inject (virt/kvm/eventfd.c) -> kvm_set_irq (virt/kvm/irqchip.c): no such call',
    ]);
  });

  test('finds a function said not to exist', () => {
    const back = changed(
      'arch/x86/kvm/irq.c',
      'int kvm_set_routing',
      'int kvm_set_pic_irq(void)\n{\n}\n\nint kvm_set_routing',
    );
    expect(problemsOf(back)).toEqual(['function kvm_set_pic_irq: said not to exist, but it is in arch/x86/kvm/irq.c']);
  });

  test('finds a wrong caller', () => {
    expect(problemsOf(changed('arch/x86/kvm/i8259.c', 'ret = pic_set_irq1(', 'ret = pic_set_irq2('))).toEqual([
      'path irqfd_slow_pic: kvm_pic_set_irq (arch/x86/kvm/i8259.c) -> pic_set_irq1 (arch/x86/kvm/i8259.c): no such call',
    ]);
  });

  test('finds a member nobody calls through, and a function that is not behind it', () => {
    expect(problemsOf(changed('virt/kvm/irqchip.c', '.set(', '.reset('))[0]).toMatch('does not call through set');
    expect(problemsOf(changed('arch/x86/kvm/irq.c', '= kvm_pic_set_irq', '= kvm_ioapic_set_irq'))[0]).toMatch(
      'it is not set of any struct kvm_kernel_irq_routing_entry',
    );
  });

  test('finds a work item with another function', () => {
    expect(problemsOf(changed('virt/kvm/eventfd.c', 'inject, irqfd_inject)', 'inject, irqfd_shutdown)'))).toEqual([
      'path irqfd_slow_pic: irqfd_wakeup (virt/kvm/eventfd.c) does not start irqfd_inject by work inject',
    ]);
  });

  test('finds a gate that leads elsewhere, and a vector that is not sent', () => {
    const ipi = {
      'arch/x86/kernel/irq.c': 'DEFINE_IDTENTRY_SYSVEC_SIMPLE(sysvec_kvm_posted_intr_ipi)\n{\n}\n',
      'arch/x86/kernel/idt.c':
        'static const x[] = {\n\tINTG(POSTED_INTR_VECTOR,\t\tasm_sysvec_kvm_posted_intr_ipi),\n};\n',
      'arch/x86/kvm/vmx/common.h':
        'static inline void __vmx_deliver_posted_interrupt(void)\n{\n\tx(POSTED_INTR_VECTOR);\n}\n',
    };
    const problems = (files: Files) =>
      checkKernel(treeOf(files), 'v6.18', { functions: [], paths: [pathById('pi_ipi')], operations: [] }).problems;
    const none = [expect.stringContaining('does not start sysvec_kvm_posted_intr_ipi by idt-gate POSTED_INTR_VECTOR')];
    expect(problems(ipi)).toEqual([]);
    for (const [path, text] of Object.entries(ipi).slice(1))
      expect(problems({ ...ipi, [path]: text.replace('POSTED_INTR_VECTOR', 'OTHER') })).toEqual(none);
  });

  test('a call by what a tag or its updates name it holds for either tree', () => {
    const named = (caller: string, callee: string, file: string): Files => ({
      [file]: `int ${caller}(struct kvm_vcpu *vcpu)\n{\n\t${callee}(vcpu);\n}\n`,
      'arch/x86/kvm/lapic.c': `void ${callee}(struct kvm_vcpu *vcpu)\n{\n\tkvm_x86_call(set_virtual_apic_mode)(vcpu);\n}\n`,
      'arch/x86/kvm/vmx/vmx.c':
        'void vmx_set_virtual_apic_mode(void)\n{\n\tvmx_update_msr_bitmap_x2apic(vcpu);\n}\n\nstatic void vmx_update_msr_bitmap_x2apic(void)\n{\n}\n',
      'arch/x86/kvm/vmx/main.c':
        'struct kvm_x86_ops vt_x86_ops = {\n\t.set_virtual_apic_mode = vmx_set_virtual_apic_mode,\n};\n',
    });
    const problems = (files: Files) =>
      checkKernel(treeOf(files), 'v6.12', { functions: [], paths: [pathById('apicv_mode')], operations: [] }).problems;
    expect(problems(named('kvm_set_apic_base', 'kvm_lapic_set_base', 'arch/x86/kvm/x86.c'))).toEqual([]);
    const updated = named('kvm_apic_set_base', '__kvm_apic_set_base', 'arch/x86/kvm/caller.c');
    const { 'arch/x86/kvm/caller.c': caller = '', ...rest } = updated;
    const lapic = `${rest['arch/x86/kvm/lapic.c']}\n${caller}`;
    expect(problems({ ...rest, 'arch/x86/kvm/lapic.c': lapic })).toEqual([]);
    expect(problems({ ...rest, 'arch/x86/kvm/lapic.c': lapic.replace('\t__kvm_apic_set_base(', '\tother(') })).toEqual([
      expect.stringContaining('no such call'),
    ]);
  });

  test('finds an operation behind another member, in another table, or not called', () => {
    const name = 'operation cancel_injection (cancel_injection)';
    const behind = `${name}: it is not vt_cancel_injection (arch/x86/kvm/vmx/main.c)`;
    expect(problemsOf(changed('arch/x86/kvm/vmx/main.c', '.cancel_', '.enable_'))).toEqual([behind]);
    expect(problemsOf(changed('arch/x86/kvm/vmx/main.c', 'struct kvm_x86_ops', 'struct kvm_pmu_ops'))).toEqual([
      behind,
    ]);
    expect(problemsOf(changed('arch/x86/kvm/x86.c', '(cancel_', '(enable_'))).toEqual([
      `${name}: vcpu_enter_guest does not call it`,
    ]);
  });

  test('finds another function, or none, in the table of AMD', () => {
    const withAmd = (line: string): Files => ({
      ...GOOD,
      'arch/x86/kvm/svm/svm.c': `struct kvm_x86_ops svm_x86_ops = {\n${line}\n};\n`,
    });
    const amdHas = (what: string) =>
      `operation cancel_injection (cancel_injection): AMD's table has ${what}, not svm_cancel_injection`;
    expect(problemsOf(withAmd('.cancel_injection = svm_cancel_injection,'))).toEqual([]);
    expect(problemsOf(withAmd('.cancel_injection = svm_inject_nmi,'))).toEqual([amdHas('svm_inject_nmi')]);
    expect(problemsOf(withAmd('.run = svm_vcpu_run,'))).toEqual([amdHas('null')]);
  });
});

describe('reading C', () => {
  test('a body ends where the function ends', () => {
    const { bodies } = scanC(
      'int a(void)\n{\n\tif (x) {\n\t\tb();\n\t}\n}\n\nint c(void) { return d(); }\nint e(void);\n',
    );
    expect([...bodies.keys()]).toEqual(['a', 'c']);
    expect(bodies.get('a')?.[0]).toContain('b()');
    expect(bodies.get('a')?.[0]).not.toContain('d()');
    expect(bodies.get('c')?.[0]).toContain('d()');
  });

  test('comments and literals say nothing, attributes do not hide a body', () => {
    const { bodies } = scanC('/* int a(void)\n{\n} */\nint b(void) __releases(x->lock)\n{\n\tp("c()"); // d()\n}\n');
    expect([...bodies.keys()]).toEqual(['b']);
    expect(bodies.get('b')?.[0]).not.toMatch(/c\(|d\(/);
  });

  test('the entry macro defines the name it is given', () => {
    expect([...scanC('DEFINE_IDTENTRY_SYSVEC(sysvec_x)\n{\n\ty();\n}\n').bodies.keys()]).toEqual(['sysvec_x']);
  });

  test('a macro with parameters is a function, one without is none', () => {
    const { bodies } = scanC('#define A 1\n#define a(x) ({ \\\n\tb(x);  \\\n\tc(x);  \\\n})\nint d(void);\n');
    expect([...bodies.keys()]).toEqual(['a']);
    expect(bodies.get('a')?.[0]).toMatch(/b\(x\)[\s\S]*c\(x\)/);
    expect(bodies.get('a')?.[0]).not.toContain('int d');
  });

  test('both arms of an #ifdef count', () => {
    expect(
      scanC('#ifdef A\nint a(void)\n{\n\tb();\n}\n#else\nint a(void)\n{\n}\n#endif\n').bodies.get('a'),
    ).toHaveLength(2);
  });
});

describe('a tree in a directory', () => {
  const root = mkdtempSync(join(tmpdir(), 'irqscope-tree-'));
  afterAll(() => rmSync(root, { recursive: true }));

  test('is read by path, and says its version', () => {
    const files: Files = {
      ...GOOD,
      Makefile: 'VERSION = 6\nPATCHLEVEL = 18\nSUBLEVEL = 2\n',
      'arch/x86/kvm/notes.txt': '',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const tree = directoryTree(root);
    expect(treeVersion(tree)).toBe('6.18.2');
    expect(tree.list('virt/kvm')).toEqual(['virt/kvm/eventfd.c', 'virt/kvm/irqchip.c']);
    expect(tree.list('arch/x86/kvm')).not.toContain('arch/x86/kvm/notes.txt');
    expect(tree.read('virt/kvm/none.c')).toBeNull();
    expect(checkKernel(tree, 'v6.18', CLAIMS).problems).toEqual([]);
  });
});

describe('the list of branches', () => {
  const listed = readBranches(join(import.meta.dirname, '../engine/golden/branches'));
  /** A tree that defines just the functions that are listed, and more of them where asked. */
  const tree = (more: string, without = ''): KernelTree => ({
    list: () => [],
    read: (path) =>
      `#define helper(x) (x)\n${[...listed.flatMap(({ file, functions }) => (file === path ? functions : [])), more]
        .filter((fn) => fn !== '' && fn !== without)
        .map((fn) => `static void ${fn}(void)\n{\n}\n`)
        .join('\n')}`,
  });

  test('holds against a tree that defines what it names', () => expect(checkBranches(tree(''), listed)).toEqual([]));

  test('does not where a function is gone', () =>
    expect(checkBranches(tree('', 'pit_do_work'), listed)).toEqual([
      'pit_do_work (arch/x86/kvm/i8254.c): not defined there, branches are listed',
    ]));

  test('nor where a file that is listed whole has one more', () =>
    expect(checkBranches(tree('something_new'), listed)).toEqual(
      ['arch/x86/kvm/svm/avic.c', 'arch/x86/kvm/i8254.c', 'arch/x86/kvm/vmx/posted_intr.c'].map(
        (file) => `something_new (${file}): none of its branches is listed`,
      ),
    ));

  test('nor without the file', () =>
    expect(checkBranches({ list: () => [], read: () => null }, listed.slice(0, 1))).toEqual([
      `${listed[0]?.file}: not there, its branches are listed`,
    ]));
});
