/*
 * The guest behind the recorder.
 *
 * Each vCPU is in flat 64-bit ring 0 with paging on and IF=0. A guest op points RIP at a stub of one instruction
 * followed by an `out` to a port of ours, whose exit ends the op. Only KVM_SET_REGS is used in between:
 * KVM_SET_SREGS writes CR8 and would lose TPR[3:0]; it is used only where INIT has reset the vCPU.
 *
 * Interrupts and NMIs are never delivered to guest code. To take one (`run`) the guest is entered with IF=1 and a
 * signal pending: KVM acknowledges the event and queues it, then sees the signal and gives up the entry. The queued
 * event is read with KVM_GET_VCPU_EVENTS and dropped with KVM_SET_VCPU_EVENTS. NMIs are blocked while a stub runs.
 *
 * HLT would block KVM_RUN for good with an in-kernel irqchip, so no stub has it. A periodic signal ends any KVM_RUN
 * that hangs all the same.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define GUEST_SIZE 0x100000
#define GDT 0x1000
#define IDT 0x2000
#define PML4 0x3000
#define PDPT 0x4000
#define STUBS 0x6000
#define STUB_SIZE 16
#define GP_HANDLER 0x7000
#define PAGE_DIRECTORIES 0x8000 /* four: 4 GiB in 2 MiB pages */
#define STACKS 0x20000
#define CODE_SELECTOR 0x18
#define DATA_SELECTOR 0x20

#define PORT_DONE 0xf1
#define PORT_GP 0xf2
#define RFLAGS_FIXED 0x2
#define RFLAGS_IF 0x200
#define CR0_PE 0x1
#define CR0_ET 0x10
#define CR0_PG 0x80000000
#define CR4_PAE 0x20
#define EFER_LME 0x100
#define EFER_LMA 0x400

#define MAX_CPUID 256
#define CPUID_TSC_DEADLINE (1u << 24) /* leaf 1, ECX */

struct machine machine = { .vm = -1 };
struct user_exit machine_exits[MAX_EXITS];

static int kvm = -1;
static int run_size;
static uint8_t *guest;
static struct kvm_cpuid2 *cpuid;
static volatile sig_atomic_t ticks;

static const struct {
	uint8_t length, code[3];
} instructions[STUB_COUNT] = {
	[STUB_STORE4] = { 2, { 0x89, 0x07 } },       /* mov %eax,(%rdi) */
	[STUB_STORE1] = { 2, { 0x88, 0x07 } },       /* mov %al,(%rdi) */
	[STUB_STORE2] = { 3, { 0x66, 0x89, 0x07 } }, /* mov %ax,(%rdi) */
	[STUB_STORE8] = { 3, { 0x48, 0x89, 0x07 } }, /* mov %rax,(%rdi) */
	[STUB_LOAD4] = { 2, { 0x8b, 0x07 } },        /* mov (%rdi),%eax */
	[STUB_LOAD1] = { 2, { 0x8a, 0x07 } },        /* mov (%rdi),%al */
	[STUB_LOAD2] = { 3, { 0x66, 0x8b, 0x07 } },  /* mov (%rdi),%ax */
	[STUB_LOAD8] = { 3, { 0x48, 0x8b, 0x07 } },  /* mov (%rdi),%rax */
	[STUB_OUT] = { 1, { 0xee } },                /* out %al,(%dx) */
	[STUB_OUT2] = { 2, { 0x66, 0xef } },         /* out %ax,(%dx) */
	[STUB_OUT4] = { 1, { 0xef } },               /* out %eax,(%dx) */
	[STUB_IN] = { 1, { 0xec } },                 /* in (%dx),%al */
	[STUB_IN2] = { 2, { 0x66, 0xed } },          /* in (%dx),%ax */
	[STUB_IN4] = { 1, { 0xed } },                /* in (%dx),%eax */
	[STUB_OUTS] = { 2, { 0xf3, 0x6e } },         /* rep outsb */
	[STUB_OUTS2] = { 3, { 0xf3, 0x66, 0x6f } },  /* rep outsw */
	[STUB_OUTS4] = { 2, { 0xf3, 0x6f } },        /* rep outsl */
	[STUB_INS] = { 2, { 0xf3, 0x6c } },          /* rep insb */
	[STUB_INS2] = { 3, { 0xf3, 0x66, 0x6d } },   /* rep insw */
	[STUB_INS4] = { 2, { 0xf3, 0x6d } },         /* rep insl */
	[STUB_WRMSR] = { 2, { 0x0f, 0x30 } },
	[STUB_RDMSR] = { 2, { 0x0f, 0x32 } },
	[STUB_CR8] = { 3, { 0x0f, 0x22, 0xc0 } },    /* mov %rax,%cr8: with REX.R, see build_guest() */
	[STUB_NOP] = { 1, { 0x90 } },
};

static void on_tick(int signal_number)
{
	(void)signal_number;
	ticks++;
}

static void put64(uint64_t address, uint64_t value)
{
	memcpy(guest + address, &value, sizeof(value));
}

/* GDT, IDT with a #GP gate, an identity map of 4 GiB, the stubs. */
static void build_guest(void)
{
	put64(GDT + CODE_SELECTOR, 0x00af9b000000ffff); /* present, ring 0, code, long */
	put64(GDT + DATA_SELECTOR, 0x00cf93000000ffff); /* present, ring 0, writable data */
	for (int vector = 0; vector < 32; vector++) {
		put64(IDT + vector * 16, 0x00008e0000000000 | (uint64_t)CODE_SELECTOR << 16 | GP_HANDLER);
		put64(IDT + vector * 16 + 8, 0);
	}
	put64(PML4, PDPT | 3);
	for (uint64_t gib = 0; gib < 4; gib++) {
		put64(PDPT + gib * 8, (PAGE_DIRECTORIES + gib * 0x1000) | 3);
		for (uint64_t page = 0; page < 512; page++)
			put64(PAGE_DIRECTORIES + gib * 0x1000 + page * 8, gib << 30 | page << 21 | 0x83);
	}
	for (int stub = 0; stub < STUB_COUNT; stub++) {
		uint8_t *code = guest + STUBS + stub * STUB_SIZE;
		if (stub == STUB_CR8)
			*code++ = 0x44;
		memcpy(code, instructions[stub].code, instructions[stub].length);
		code += instructions[stub].length;
		*code++ = 0xe6; /* out %al,$PORT_DONE */
		*code++ = PORT_DONE;
	}
	guest[GP_HANDLER] = 0xe6;
	guest[GP_HANDLER + 1] = PORT_GP;
}

const char *machine_init(void)
{
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return "/dev/kvm";
	run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (run_size < 0)
		return "KVM_GET_VCPU_MMAP_SIZE";
	cpuid = calloc(1, sizeof(*cpuid) + MAX_CPUID * sizeof(cpuid->entries[0]));
	cpuid->nent = MAX_CPUID;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid))
		return "KVM_GET_SUPPORTED_CPUID";
	guest = mmap(NULL, GUEST_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guest == MAP_FAILED)
		return "mmap";
	build_guest();

	/* SIGUSR1 stays blocked outside KVM_RUN, so one sent to ourselves is pending when KVM_RUN starts. */
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	struct sigaction action = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
	sigaction(SIGALRM, &action, NULL);
	struct itimerval second = { .it_interval = { 1, 0 }, .it_value = { 1, 0 } };
	setitimer(ITIMER_REAL, &second, NULL);
	return NULL;
}

void machine_destroy(void)
{
	for (int i = 0; i < machine.vcpus; i++) {
		munmap(machine.vcpu[i].run, run_size);
		close(machine.vcpu[i].fd);
	}
	if (machine.vm >= 0)
		close(machine.vm);
	machine = (struct machine){ .vm = -1 };
}

static struct kvm_segment segment(uint16_t selector, uint8_t type, bool code)
{
	return (struct kvm_segment){ .base = 0, .limit = 0xffffffff, .selector = selector, .type = type, .present = 1,
				     .s = 1, .g = 1, .l = code, .db = !code };
}

/* Long mode, flat, ring 0. APIC base and CR8 are kept as they are. */
static int enter_long_mode(const struct vcpu *vcpu)
{
	struct kvm_sregs sregs;
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return -1;
	sregs.cs = segment(CODE_SELECTOR, 11, true);
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = segment(DATA_SELECTOR, 3, false);
	sregs.gdt = (struct kvm_dtable){ .base = GDT, .limit = 0x2f };
	sregs.idt = (struct kvm_dtable){ .base = IDT, .limit = 0xfff };
	sregs.cr0 = CR0_PE | CR0_ET | CR0_PG;
	sregs.cr3 = PML4;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME | EFER_LMA;
	memset(sregs.interrupt_bitmap, 0, sizeof(sregs.interrupt_bitmap));
	return ioctl(vcpu->fd, KVM_SET_SREGS, &sregs);
}

static const char *create_vcpu(struct vcpu *vcpu, uint64_t id)
{
	struct {
		struct kvm_signal_mask header;
		uint64_t mask;
	} __attribute__((packed)) all_signals = { .header = { .len = 8 }, .mask = 0 };
	struct kvm_mp_state runnable = { .mp_state = KVM_MP_STATE_RUNNABLE };

	vcpu->fd = ioctl(machine.vm, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		return "KVM_CREATE_VCPU";
	vcpu->run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		close(vcpu->fd);
		return "mmap";
	}
	machine.vcpus++;
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		return "KVM_SET_CPUID2";
	if (ioctl(vcpu->fd, KVM_SET_SIGNAL_MASK, &all_signals))
		return "KVM_SET_SIGNAL_MASK";
	if (ioctl(vcpu->fd, KVM_SET_MP_STATE, &runnable))
		return "KVM_SET_MP_STATE";
	if (enter_long_mode(vcpu))
		return "KVM_SET_SREGS";
	return NULL;
}

int machine_enable_cap(uint32_t cap, uint64_t argument)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { argument } };
	return ioctl(machine.vm, KVM_ENABLE_CAP, &enable);
}

uint8_t *machine_memory(uint64_t address)
{
	return guest + address;
}

/* TSC_DEADLINE in CPUID is user space's to set: not every kernel's KVM_GET_SUPPORTED_CPUID names it. */
static void offer_deadline(bool on)
{
	for (uint32_t i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1)
			cpuid->entries[i].ecx = (cpuid->entries[i].ecx & ~CPUID_TSC_DEADLINE) | (on ? CPUID_TSC_DEADLINE : 0);
}

const char *machine_create_vm(void)
{
	struct kvm_userspace_memory_region region = { .memory_size = GUEST_SIZE, .userspace_addr = (uint64_t)guest };
	machine_destroy();
	offer_deadline(true);
	do
		machine.vm = ioctl(kvm, KVM_CREATE_VM, 0ul);
	while (machine.vm < 0 && errno == EINTR); /* the signal against hung guests */
	if (machine.vm < 0)
		return "KVM_CREATE_VM";
	return ioctl(machine.vm, KVM_SET_USER_MEMORY_REGION, &region) ? "KVM_SET_USER_MEMORY_REGION" : NULL;
}

const char *machine_add_vcpu(uint64_t id)
{
	if (machine.vcpus == MAX_VCPUS)
		return "more vCPUs than this program has";
	return create_vcpu(&machine.vcpu[machine.vcpus], id);
}

static const char *build(const struct machine_config *config)
{
	const char *failed = machine_create_vm();
	if (failed)
		return failed;
	machine.split = config->split;
	machine.in_kernel = true;
	offer_deadline(config->tsc_deadline);
	if (config->split) {
		if (machine_enable_cap(KVM_CAP_SPLIT_IRQCHIP, config->routes))
			return "KVM_CAP_SPLIT_IRQCHIP";
	} else if (ioctl(machine.vm, KVM_CREATE_IRQCHIP, 0ul)) {
		return "KVM_CREATE_IRQCHIP";
	}
	struct kvm_pit_config pit = { .flags = 0 };
	if (config->pit && ioctl(machine.vm, KVM_CREATE_PIT2, &pit))
		return "KVM_CREATE_PIT2";
	if (config->has_bsp && ioctl(machine.vm, KVM_SET_BOOT_CPU_ID, config->bsp))
		return "KVM_SET_BOOT_CPU_ID";
	/* After the irqchip: some of the flags are for the split one only. */
	if (config->has_x2apic_api && machine_enable_cap(KVM_CAP_X2APIC_API, config->x2apic_api))
		return "KVM_CAP_X2APIC_API";
	for (int i = 0; i < config->vcpus; i++) {
		failed = machine_add_vcpu(config->ids[i]);
		if (failed)
			return failed;
	}
	return NULL;
}

const char *machine_create(const struct machine_config *config)
{
	const char *failed = build(config);
	if (failed) {
		int saved = errno;
		machine_destroy();
		errno = saved;
	}
	return failed;
}

static void fail(struct outcome *outcome, const char *what, int code)
{
	if (!outcome->error) {
		outcome->error = what;
		outcome->error_code = code;
	}
}

static bool get_events(const struct vcpu *vcpu, struct kvm_vcpu_events *events)
{
	return !ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, events);
}

/* Writes back events as read, but leaves the count of pending NMIs and the shadow to KVM. */
static bool set_events(const struct vcpu *vcpu, struct kvm_vcpu_events *events)
{
	events->flags = 0;
	return !ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, events);
}

static bool set_regs(const struct vcpu *vcpu, struct kvm_regs regs)
{
	regs.rsp = STACKS + 0x1000 * (uint64_t)(vcpu - machine.vcpu) + 0xff0;
	return !ioctl(vcpu->fd, KVM_SET_REGS, &regs);
}

static void note_eoi_exit(const struct vcpu *vcpu, struct outcome *outcome)
{
	if (outcome->eoi_exits < MAX_EOI_EXITS)
		outcome->eoi_exit[outcome->eoi_exits++] = vcpu->run->eoi.vector;
}

/* Enters KVM_RUN with a signal pending: requests and events are served, no guest instruction runs. */
static void cancelled_entry(const struct vcpu *vcpu, struct outcome *outcome)
{
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR1);
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	for (int tries = 0; tries < MAX_EOI_EXITS; tries++) {
		int rc = ioctl(vcpu->fd, KVM_RUN, 0ul);
		if (rc < 0 && errno == EINTR)
			break;
		if (rc < 0)
			fail(outcome, "KVM_RUN", errno);
		else if (vcpu->run->exit_reason == KVM_EXIT_IOAPIC_EOI)
			note_eoi_exit(vcpu, outcome);
		else
			fail(outcome, "unexpected exit of a cancelled entry", vcpu->run->exit_reason);
	}
	const struct timespec at_once = { 0, 0 };
	sigtimedwait(&wanted, NULL, &at_once);
}

/* Brings the vCPU to where it can run guest code; false where it cannot (waiting for SIPI, or an error). */
static bool make_ready(const struct vcpu *vcpu, struct outcome *outcome)
{
	struct kvm_mp_state mp;
	struct kvm_sregs sregs;
	memset(outcome, 0, sizeof(*outcome));
	outcome->vector = -1;
	if (ioctl(vcpu->fd, KVM_GET_MP_STATE, &mp) || ioctl(vcpu->fd, KVM_GET_SREGS, &sregs)) {
		fail(outcome, "vCPU state", errno);
		return false;
	}
	if (mp.mp_state != KVM_MP_STATE_RUNNABLE) {
		outcome->not_runnable = (int)mp.mp_state;
		return false;
	}
	if (sregs.cs.selector != CODE_SELECTOR && enter_long_mode(vcpu)) {
		fail(outcome, "KVM_SET_SREGS", errno);
		return false;
	}
	return true;
}

static const struct kvm_regs idle = { .rip = STUBS + STUB_NOP * STUB_SIZE, .rflags = RFLAGS_FIXED };

/* Takes an NMI that is pending and not blocked; leaves NMIs blocked and tells in `events` whether they were. */
static bool block_nmi(const struct vcpu *vcpu, struct kvm_vcpu_events *events, struct outcome *outcome)
{
	if (!get_events(vcpu, events))
		return false;
	if (events->nmi.pending && !events->nmi.masked) {
		if (!set_regs(vcpu, idle))
			return false;
		cancelled_entry(vcpu, outcome);
		if (!get_events(vcpu, events))
			return false;
		outcome->nmi = events->nmi.injected;
		events->nmi.injected = 0;
		events->nmi.masked = 1;
		return set_events(vcpu, events);
	}
	if (events->nmi.masked)
		return true;
	struct kvm_vcpu_events blocked = *events;
	blocked.nmi.masked = 1;
	return set_events(vcpu, &blocked);
}

static void note_exit(struct outcome *outcome, struct user_exit exit)
{
	if (outcome->exits < MAX_EXITS)
		machine_exits[outcome->exits++] = exit;
}

/* A value of a few bytes, low byte first. */
static uint64_t join(const uint8_t *data, uint32_t len)
{
	uint64_t value = 0;
	memcpy(&value, data, len < sizeof(value) ? len : sizeof(value));
	return value;
}

/* True when the guest reached the end of a stub (or of the #GP handler). */
static bool handle_exit(const struct vcpu *vcpu, struct outcome *outcome)
{
	struct kvm_run *run = vcpu->run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		if (run->io.direction == KVM_EXIT_IO_OUT && run->io.port == PORT_DONE)
			return true;
		if (run->io.direction == KVM_EXIT_IO_OUT && run->io.port == PORT_GP) {
			outcome->gp = true;
			return true;
		}
		note_exit(outcome, (struct user_exit){ .kind = EXIT_IO, .write = run->io.direction == KVM_EXIT_IO_OUT,
						       .addr = run->io.port, .len = run->io.size,
						       .count = run->io.count,
						       .data = join(data, run->io.size) });
		if (run->io.direction == KVM_EXIT_IO_IN)
			memset(data, 0, (size_t)run->io.size * run->io.count);
		return false;
	case KVM_EXIT_MMIO:
		note_exit(outcome, (struct user_exit){ .kind = EXIT_MMIO, .write = run->mmio.is_write,
						       .addr = run->mmio.phys_addr, .len = run->mmio.len, .count = 1,
						       .data = join(run->mmio.data, run->mmio.len) });
		if (!run->mmio.is_write)
			memset(run->mmio.data, 0, sizeof(run->mmio.data));
		return false;
	case KVM_EXIT_IOAPIC_EOI:
		note_eoi_exit(vcpu, outcome);
		return false;
	default:
		fail(outcome, "unexpected exit", run->exit_reason);
		return true;
	}
}

static void run_stub(const struct vcpu *vcpu, struct outcome *outcome)
{
	sig_atomic_t started = ticks;
	for (;;) {
		if (!ioctl(vcpu->fd, KVM_RUN, 0ul)) {
			if (handle_exit(vcpu, outcome))
				return;
			continue;
		}
		if (errno != EINTR) {
			fail(outcome, "KVM_RUN", errno);
			return;
		}
		if (ticks - started > 3) {
			fail(outcome, "the guest did not come back", 0);
			return;
		}
	}
}

/* The exit of `out` is completed by the next KVM_RUN: do that now, so that no later entry starts with it. */
static void finish_exit(const struct vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	ioctl(vcpu->fd, KVM_RUN, 0ul);
	vcpu->run->immediate_exit = 0;
}

void machine_step(int index, enum stub stub, uint64_t rdi, uint64_t rax, uint64_t rcx, uint64_t rdx,
		  struct outcome *outcome)
{
	const struct vcpu *vcpu = &machine.vcpu[index];
	struct kvm_vcpu_events events;
	struct kvm_regs regs = { .rdi = rdi, .rsi = rdi, .rax = rax, .rcx = rcx, .rdx = rdx,
				 .rip = STUBS + stub * STUB_SIZE, .rflags = RFLAGS_FIXED };
	if (!make_ready(vcpu, outcome))
		return;
	if (!block_nmi(vcpu, &events, outcome) || !set_regs(vcpu, regs)) {
		fail(outcome, "vCPU state", errno);
		return;
	}
	run_stub(vcpu, outcome);
	finish_exit(vcpu);
	if (ioctl(vcpu->fd, KVM_GET_REGS, &regs))
		fail(outcome, "KVM_GET_REGS", errno);
	outcome->rax = regs.rax;
	outcome->rdx = regs.rdx;
	/* So that an EOI exit shows with the op that caused it. */
	if (machine.split)
		cancelled_entry(vcpu, outcome);
	if (!events.nmi.masked && !set_events(vcpu, &events))
		fail(outcome, "KVM_SET_VCPU_EVENTS", errno);
}

void machine_take(int index, bool keep, struct outcome *outcome)
{
	const struct vcpu *vcpu = &machine.vcpu[index];
	struct kvm_vcpu_events events;
	struct kvm_regs open = idle;
	open.rflags |= RFLAGS_IF;
	if (!make_ready(vcpu, outcome))
		return;
	if (!set_regs(vcpu, open)) {
		fail(outcome, "KVM_SET_REGS", errno);
		return;
	}
	/* A timer that expired outside KVM_RUN is put in after the first look for events: the next look sees it. */
	for (int looks = 0; looks < 2; looks++) {
		cancelled_entry(vcpu, outcome);
		if (!get_events(vcpu, &events)) {
			fail(outcome, "KVM_GET_VCPU_EVENTS", errno);
			return;
		}
		if (events.nmi.injected || events.interrupt.injected)
			break;
	}
	if (events.nmi.injected) {
		outcome->nmi = true;
		events.nmi.injected = keep;
		events.nmi.masked = 1;
	} else if (events.interrupt.injected) {
		outcome->vector = events.interrupt.nr;
		events.interrupt.injected = keep;
	}
	if (!set_events(vcpu, &events) || !set_regs(vcpu, idle))
		fail(outcome, "vCPU state", errno);
}

bool machine_iret(int index)
{
	const struct vcpu *vcpu = &machine.vcpu[index];
	struct kvm_vcpu_events events;
	if (!get_events(vcpu, &events))
		return false;
	events.nmi.masked = 0;
	return set_events(vcpu, &events);
}
