/* What user space does around a snapshot: KVM_GET_* and KVM_SET_* of each part, single MSRs, and time that passes. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "recorder.h"

#define MSR_APIC_BASE 0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define LVTT 0x320
#define TMCCT 0x390
#define MOST_SAVES 256
#define NAME_SIZE 24

enum part { PART_LAPIC, PART_MSRS, PART_EVENTS, PART_MP, PART_IRQCHIP, PART_PIT, PARTS };
static const char *const part_names[PARTS] = { "lapic", "msrs", "events", "mp", "irqchip", "pit" };

/* Its place after the header is the ABI's. */
struct two_msrs {
	struct kvm_msrs head;
	struct kvm_msr_entry entries[2];
};

struct save {
	enum part part;
	char name[NAME_SIZE];
	union {
		struct kvm_lapic_state lapic;
		struct two_msrs msrs;
		struct kvm_vcpu_events events;
		struct kvm_mp_state mp;
		struct kvm_irqchip chips[3];
		struct kvm_pit_state2 pit;
	};
};

static struct save saves[MOST_SAVES];
static int save_count;

/* An ioctl that says how many: of MSRs how many were taken. */
static void out_count(int rc)
{
	if (rc > 0)
		out_int("rc", rc);
	else
		out_rc(rc);
}

static struct save *find(enum part part, const char *name)
{
	for (int i = 0; i < save_count; i++)
		if (saves[i].part == part && !strcmp(saves[i].name, name))
			return &saves[i];
	return NULL;
}

/* Answers itself where there is no such part or vCPU. */
static bool read_part(const struct json *op, enum part *part, int *fd)
{
	const char *what = json_text(op, "what");
	int which = 0;
	while (which < PARTS && strcmp(what, part_names[which]))
		which++;
	uint64_t vcpu = json_field(op, "vcpu", 0);
	if (which == PARTS || (which < PART_IRQCHIP && vcpu >= (uint64_t)machine.vcpus)) {
		out_error("no such part or vCPU");
		return false;
	}
	*part = (enum part)which;
	*fd = which < PART_IRQCHIP ? machine.vcpu[vcpu].fd : machine.vm;
	return true;
}

static int get_chips(int vm, struct save *save)
{
	for (uint32_t i = 0; i < 3; i++) {
		save->chips[i].chip_id = i; /* master, slave, IOAPIC */
		if (ioctl(vm, KVM_GET_IRQCHIP, &save->chips[i]))
			return -1;
	}
	return 0;
}

static int set_chips(int vm, const struct save *save)
{
	for (int i = 0; i < 3; i++)
		if (ioctl(vm, KVM_SET_IRQCHIP, &save->chips[i]))
			return -1;
	return 0;
}

static int get_part(int fd, struct save *save)
{
	switch (save->part) {
	case PART_LAPIC: return ioctl(fd, KVM_GET_LAPIC, &save->lapic);
	case PART_MSRS:
		save->msrs.head.nmsrs = 2;
		save->msrs.entries[0].index = MSR_APIC_BASE;
		save->msrs.entries[1].index = MSR_TSC_DEADLINE;
		return ioctl(fd, KVM_GET_MSRS, &save->msrs);
	case PART_EVENTS: return ioctl(fd, KVM_GET_VCPU_EVENTS, &save->events);
	case PART_MP: return ioctl(fd, KVM_GET_MP_STATE, &save->mp);
	case PART_IRQCHIP: return get_chips(fd, save);
	default: return ioctl(fd, KVM_GET_PIT2, &save->pit);
	}
}

static int set_part(int fd, const struct save *save)
{
	switch (save->part) {
	case PART_LAPIC: return ioctl(fd, KVM_SET_LAPIC, &save->lapic);
	case PART_MSRS: return ioctl(fd, KVM_SET_MSRS, &save->msrs);
	case PART_EVENTS: return ioctl(fd, KVM_SET_VCPU_EVENTS, &save->events);
	case PART_MP: return ioctl(fd, KVM_SET_MP_STATE, &save->mp);
	case PART_IRQCHIP: return set_chips(fd, save);
	default: return ioctl(fd, KVM_SET_PIT2, &save->pit);
	}
}

static void op_save(const struct json *op)
{
	struct save fresh = { 0 };
	const char *name = json_text(op, "as");
	int fd;
	if (!read_part(op, &fresh.part, &fd))
		return;
	struct save *place = find(fresh.part, name);
	if (strlen(name) >= NAME_SIZE || (!place && save_count == MOST_SAVES)) {
		out_error("too many saves, or too long a name");
		return;
	}
	strcpy(fresh.name, name);
	int rc = get_part(fd, &fresh);
	out_count(rc);
	if (rc < 0)
		return;
	if (!place)
		place = &saves[save_count++];
	*place = fresh;
	if (fresh.part == PART_MSRS) {
		out_hex("apic_base", fresh.msrs.entries[0].data);
		out_hex("tsc_deadline", fresh.msrs.entries[1].data);
	}
}

static void op_restore(const struct json *op)
{
	enum part part;
	int fd;
	if (!read_part(op, &part, &fd))
		return;
	const struct save *save = find(part, json_text(op, "from"));
	if (!save)
		out_error("no save");
	else
		out_count(set_part(fd, save));
}

static bool get_msr(int fd, uint32_t index, uint64_t *value)
{
	struct two_msrs msrs = { .head.nmsrs = 1, .entries[0].index = index };
	if (ioctl(fd, KVM_GET_MSRS, &msrs) != 1)
		return false;
	*value = msrs.entries[0].data;
	return true;
}

static void op_timer(int fd)
{
	static const char *const modes[] = { "oneshot", "periodic", "deadline", "reserved" };
	struct kvm_lapic_state lapic;
	uint32_t lvtt, tmcct;
	uint64_t deadline = 0;
	if (ioctl(fd, KVM_GET_LAPIC, &lapic)) {
		out_rc(-1);
		return;
	}
	memcpy(&lvtt, lapic.regs + LVTT, sizeof(lvtt));
	memcpy(&tmcct, lapic.regs + TMCCT, sizeof(tmcct));
	unsigned mode = lvtt >> 17 & 3;
	get_msr(fd, MSR_TSC_DEADLINE, &deadline);
	out_string("mode", modes[mode]);
	out_bool("running", mode == 2 ? deadline != 0 : tmcct != 0);
}

static void op_advance(const struct json *op)
{
	uint64_t ns = json_field(op, "ns", 0);
	struct timespec wait = { .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };
	/* The signal that ends a hung KVM_RUN ends a sleep too. */
	while (nanosleep(&wait, &wait) && errno == EINTR)
		;
	out_true("ok");
}

bool answer_state_op(const char *name, const struct json *op)
{
	uint64_t vcpu = json_field(op, "vcpu", 0);
	bool single = !strcmp(name, "set_msr") || !strcmp(name, "get_msr") || !strcmp(name, "timer");
	if (!strcmp(name, "forget")) { /* the recorder's own: saves live as long as it does */
		save_count = 0;
		out_true("ok");
	} else if (single && vcpu >= (uint64_t)machine.vcpus) {
		out_error("no such vCPU");
	} else if (!strcmp(name, "save")) {
		op_save(op);
	} else if (!strcmp(name, "restore")) {
		op_restore(op);
	} else if (!strcmp(name, "set_msr")) {
		struct two_msrs msrs = { .head.nmsrs = 1, .entries[0].index = (uint32_t)json_field(op, "msr", 0),
					 .entries[0].data = json_field(op, "value", 0) };
		out_count(ioctl(machine.vcpu[vcpu].fd, KVM_SET_MSRS, &msrs));
	} else if (!strcmp(name, "get_msr")) {
		uint64_t value;
		if (get_msr(machine.vcpu[vcpu].fd, (uint32_t)json_field(op, "msr", 0), &value))
			out_hex("value", value);
		else
			out_rc(0);
	} else if (!strcmp(name, "timer")) {
		op_timer(machine.vcpu[vcpu].fd);
	} else if (!strcmp(name, "advance")) {
		op_advance(op);
	} else {
		return false;
	}
	return true;
}
