/*
 * How fast is KVM_IRQ_LINE? GSI 4 of a full irqchip with default routing, raised and lowered in turn; its RTE is edge,
 * unmasked, fixed, physical to vCPU 0, whose local APIC is on. The vCPU never runs, so the vector stays in IRR, as
 * with a busy guest. Timed with PIC pin 4 masked and again with it open.
 */
#include "bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

#include "machine.h"

#define GSI 4
#define VECTOR 0x41

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool store(uint64_t address, uint32_t value)
{
	struct outcome outcome;
	machine_step(0, STUB_STORE4, address, value, 0, 0, &outcome);
	return !outcome.error;
}

static bool port(uint16_t number, uint8_t value)
{
	struct outcome outcome;
	machine_step(0, STUB_OUT, 0, value, 0, number, &outcome);
	return !outcome.error;
}

static bool prepare(bool pic_masked)
{
	const struct machine_config config = { .vcpus = 1, .ids = { 0 } };
	const uint8_t imr = pic_masked ? 0xff : 0xff & ~(1 << GSI);
	return !machine_create(&config) && store(0xfee000f0, 0x1ff) && store(0xfec00000, 0x10 + 2 * GSI + 1) &&
	       store(0xfec00010, 0) && store(0xfec00000, 0x10 + 2 * GSI) && store(0xfec00010, VECTOR) &&
	       port(0x20, 0x11) && port(0x21, 0x20) && port(0x21, 0x04) && port(0x21, 0x01) && port(0x21, imr);
}

static double measure(uint64_t ops)
{
	struct kvm_irq_level line = { .irq = GSI };
	double start = now();
	for (uint64_t i = 0; i < ops; i++) {
		line.level = !(i & 1);
		if (ioctl(machine.vm, KVM_IRQ_LINE, &line))
			return -1;
	}
	return now() - start;
}

int bench(uint64_t ops)
{
	double seconds[2];
	for (int masked = 0; masked < 2; masked++) {
		if (!ops || !prepare(masked) || (seconds[masked] = measure(ops)) <= 0) {
			fputs("bench: KVM refused\n", stderr);
			return 1;
		}
	}
	printf("{\"op\":\"KVM_IRQ_LINE\",\"gsi\":%d,\"ops\":%llu,\"seconds\":%.6f,\"opsPerSecond\":%.0f,"
	       "\"picMasked\":true,\"picOpen\":{\"ops\":%llu,\"seconds\":%.6f,\"opsPerSecond\":%.0f}}\n",
	       GSI, (unsigned long long)ops, seconds[1], (double)ops / seconds[1], (unsigned long long)ops, seconds[0],
	       (double)ops / seconds[0]);
	return 0;
}
