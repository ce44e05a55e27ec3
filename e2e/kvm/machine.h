/* A KVM machine whose vCPUs run one guest instruction at a time: see machine.c. */
#ifndef IRQSCOPE_MACHINE_H
#define IRQSCOPE_MACHINE_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_VCPUS 8
#define MAX_EOI_EXITS 16

struct vcpu {
	int fd;
	struct kvm_run *run;
};

struct machine {
	int vm; /* -1: none */
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
};

/* One instruction each; the order is that of the table in machine.c. */
enum stub {
	STUB_STORE4, STUB_STORE1, STUB_STORE2, STUB_STORE8,
	STUB_LOAD4, STUB_LOAD1, STUB_LOAD2, STUB_LOAD8,
	STUB_OUT, STUB_IN, STUB_WRMSR, STUB_RDMSR, STUB_CR8, STUB_NOP,
	STUB_COUNT,
};

/* What a guest instruction led to. */
struct outcome {
	int not_runnable; /* mp_state, 0 = ran */
	bool nmi;         /* an NMI was taken before it */
	bool gp;
	uint64_t rax, rdx;
	enum { EXIT_NONE, EXIT_MMIO, EXIT_IO } exit; /* the first exit that no in-kernel device took */
	bool exit_write;
	uint64_t exit_addr, exit_data;
	uint32_t exit_len;
	int eoi_exits;
	uint8_t eoi_exit[MAX_EOI_EXITS];
	int vector;        /* run: the vector taken, or -1 */
	const char *error; /* the guest or the kernel did something this program does not expect */
	int error_code;
};

extern struct machine machine;

/* Opens /dev/kvm and prepares signals; returns NULL or what failed. */
const char *machine_init(void);
/* Replaces the current machine; returns NULL or what failed, with errno set. */
const char *machine_create(const struct machine_config *config);
void machine_destroy(void);

void machine_step(int vcpu, enum stub stub, uint64_t rdi, uint64_t rax, uint64_t rcx, uint64_t rdx,
		  struct outcome *outcome);
/* Enters the guest with IF=1 and lets it take one event. */
void machine_take(int vcpu, struct outcome *outcome);
/* Ends NMI blocking, as IRET does. */
bool machine_iret(int vcpu);

#endif
