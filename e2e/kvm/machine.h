/* A KVM machine whose vCPUs run one guest instruction at a time: see machine.c. */
#ifndef IRQSCOPE_MACHINE_H
#define IRQSCOPE_MACHINE_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_VCPUS 8
#define MAX_EOI_EXITS 16
/* REP OUTS to a port nobody has exits once an element. */
#define MAX_EXITS 4200
/* Guest memory from here on is the buffer of string accesses. */
#define STRING_BUFFER 0x40000

struct vcpu {
	int fd;
	struct kvm_run *run;
};

struct machine {
	int vm; /* -1: none */
	bool in_kernel; /* there is an irqchip, full or split */
	bool split;
	int vcpus;
	struct vcpu vcpu[MAX_VCPUS];
};

struct machine_config {
	int vcpus;
	bool split;
	uint32_t ids[MAX_VCPUS];
	bool has_x2apic_api;
	uint64_t x2apic_api;
	uint64_t routes; /* split: reserved for the pins of the IOAPIC in user space */
	bool pit;
	bool tsc_deadline; /* in CPUID */
	bool has_bsp;
	uint64_t bsp;
};

/* One instruction each; the order is that of the table in machine.c. */
enum stub {
	STUB_STORE4, STUB_STORE1, STUB_STORE2, STUB_STORE8,
	STUB_LOAD4, STUB_LOAD1, STUB_LOAD2, STUB_LOAD8,
	STUB_OUT, STUB_OUT2, STUB_OUT4, STUB_IN, STUB_IN2, STUB_IN4,
	STUB_OUTS, STUB_OUTS2, STUB_OUTS4, STUB_INS, STUB_INS2, STUB_INS4,
	STUB_WRMSR, STUB_RDMSR, STUB_CR8, STUB_NOP,
	STUB_COUNT,
};

/* An exit that no in-kernel device took. */
struct user_exit {
	enum { EXIT_MMIO, EXIT_IO } kind;
	bool write;
	uint64_t addr, data;
	uint32_t len, count;
};

/* What a guest instruction led to. */
struct outcome {
	int not_runnable; /* mp_state, 0 = ran */
	bool nmi;         /* an NMI was taken before it */
	bool gp;
	uint64_t rax, rdx;
	int exits; /* in machine_exits */
	int eoi_exits;
	uint8_t eoi_exit[MAX_EOI_EXITS];
	int vector;        /* run: the vector taken, or -1 */
	const char *error; /* the guest or the kernel did something this program does not expect */
	int error_code;
};

extern struct machine machine;
extern struct user_exit machine_exits[MAX_EXITS];

/* Opens /dev/kvm and prepares signals; returns NULL or what failed. */
const char *machine_init(void);
/* Replaces the current machine; returns NULL or what failed, with errno set. */
const char *machine_create(const struct machine_config *config);
void machine_destroy(void);
/* The same step by step: a VM with slot 0 and nothing else, then what `create` does in one. */
const char *machine_create_vm(void);
const char *machine_add_vcpu(uint64_t id);
int machine_enable_cap(uint32_t cap, uint64_t argument);
/* Guest memory at an address below 1 MiB. */
uint8_t *machine_memory(uint64_t address);

/* `rdi` is in RSI too. */
void machine_step(int vcpu, enum stub stub, uint64_t rdi, uint64_t rax, uint64_t rcx, uint64_t rdx,
		  struct outcome *outcome);
/* Enters the guest with IF=1 and lets it take one event; `keep` leaves it injected, as where the thread stops before the entry. */
void machine_take(int vcpu, bool keep, struct outcome *outcome);
/* Ends NMI blocking, as IRET does. */
bool machine_iret(int vcpu);

#endif
