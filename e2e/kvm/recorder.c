/*
 * Answers ops (the language of src/engine/core/op-types.ts) with what the running kernel's in-kernel irqchip does:
 * op lines on standard input, one result line each on standard output, in order.
 * `recorder --bench N` times KVM_IRQ_LINE instead (bench.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "json.h"
#include "machine.h"
#include "recorder.h"

#define MAX_IRQFDS 64
#define MAX_ROUTES 4096
#define LINE_LIMIT (1 << 20)
#define APIC_BASE_X2APIC 0x400
#define X2APIC_EOI 0x80b
#define LAPIC_DEFAULT_BASE 0xfee00000ull
#define LAPIC_EOI 0xb0

struct irqfd {
	uint32_t gsi;
	bool resample;
	int event, resample_event;
};

static struct irqfd irqfds[MAX_IRQFDS];
static int irqfd_count;
/* Eventfds of irqfds that a second `irqfd` op on their GSI has replaced: still assigned, never signalled. */
static int replaced[2 * MAX_IRQFDS];
static int replaced_count;

void out_error(const char *text)
{
	out_string("error", text);
}

/* {"rc":0} or {"rc":-1,"errno":n} */
void out_rc(int rc)
{
	int code = errno;
	out_int("rc", rc < 0 ? -1 : 0);
	if (rc < 0)
		out_int("errno", code);
}

/* ---- create ---- */

static void close_irqfds(void)
{
	for (int i = 0; i < irqfd_count; i++) {
		close(irqfds[i].event);
		if (irqfds[i].resample)
			close(irqfds[i].resample_event);
	}
	for (int i = 0; i < replaced_count; i++)
		close(replaced[i]);
	irqfd_count = replaced_count = 0;
}

static void op_create(const struct json *op)
{
	struct machine_config config = { .vcpus = (int)json_field(op, "vcpus", 1) };
	const char *irqchip = json_text(op, "irqchip");
	config.split = !strcmp(irqchip, "split");
	if (config.vcpus < 1 || config.vcpus > MAX_VCPUS || (!config.split && *irqchip && strcmp(irqchip, "full"))) {
		out_error("create: vcpus is 1 to 8, irqchip full or split");
		return;
	}
	for (int i = 0; i < config.vcpus; i++)
		config.ids[i] = (uint32_t)i;
	const struct json *ids = json_get(op, "ids");
	int i = 0;
	for (const struct json *id = ids ? ids->first : NULL; id && i < config.vcpus; id = id->next, i++)
		config.ids[i] = (uint32_t)id->number;
	config.routes = json_field(op, "routes", 24);
	config.pit = json_field(op, "pit", 0);
	const struct json *deadline = json_get(op, "tscDeadline");
	config.tsc_deadline = !deadline || deadline->number;
	config.has_bsp = json_u64(json_get(op, "bsp"), &config.bsp);
	config.has_x2apic_api = json_u64(json_get(op, "x2apicApi"), &config.x2apic_api);

	close_irqfds();
	roads_reset();
	const char *failed = machine_create(&config);
	if (failed) {
		int code = errno;
		out_error(failed);
		out_int("errno", code);
	} else {
		out_true("ok");
	}
}

/* ---- ioctls on the machine ---- */

static void op_irq_line(const struct json *op)
{
	struct kvm_irq_level line = { .irq = (uint32_t)json_field(op, "gsi", 0),
				      .level = (uint32_t)json_field(op, "level", 0) };
	if (ioctl(machine.vm, KVM_IRQ_LINE_STATUS, &line))
		out_int("errno", errno);
	else
		out_int("status", line.status);
}

static void op_msi(const struct json *op)
{
	uint64_t address = json_field(op, "addr", 0);
	struct kvm_msi msi = { .address_lo = (uint32_t)address, .address_hi = (uint32_t)(address >> 32),
			       .data = (uint32_t)json_field(op, "data", 0) };
	int status = ioctl(machine.vm, KVM_SIGNAL_MSI, &msi);
	int code = errno;
	out_int("status", status);
	if (status < 0)
		out_int("errno", code);
}

static bool read_route(const struct json *entry, struct kvm_irq_routing_entry *route)
{
	const char *chip = json_text(entry, "chip");
	uint64_t address;
	memset(route, 0, sizeof(*route));
	route->gsi = (uint32_t)json_field(entry, "gsi", 0);
	if (json_u64(json_get(entry, "msi_addr"), &address)) {
		route->type = KVM_IRQ_ROUTING_MSI;
		route->u.msi.address_lo = (uint32_t)address;
		route->u.msi.address_hi = (uint32_t)(address >> 32);
		route->u.msi.data = (uint32_t)json_field(entry, "msi_data", 0);
		return true;
	}
	route->type = KVM_IRQ_ROUTING_IRQCHIP;
	route->u.irqchip.pin = (uint32_t)json_field(entry, "pin", 0);
	if (!strcmp(chip, "pic0"))
		route->u.irqchip.irqchip = KVM_IRQCHIP_PIC_MASTER;
	else if (!strcmp(chip, "pic1"))
		route->u.irqchip.irqchip = KVM_IRQCHIP_PIC_SLAVE;
	else if (!strcmp(chip, "ioapic"))
		route->u.irqchip.irqchip = KVM_IRQCHIP_IOAPIC;
	else
		return false;
	return true;
}

static void op_routing(const struct json *op)
{
	const struct json *entries = json_get(op, "entries");
	if (!entries || entries->type != JSON_ARRAY || entries->count > MAX_ROUTES) {
		out_error("routing: entries is a list");
		return;
	}
	struct kvm_irq_routing *table = calloc(1, sizeof(*table) + entries->count * sizeof(table->entries[0]));
	bool valid = table;
	for (const struct json *entry = entries->first; valid && entry; entry = entry->next)
		valid = read_route(entry, &table->entries[table->nr++]);
	if (valid)
		out_rc(ioctl(machine.vm, KVM_SET_GSI_ROUTING, table));
	else
		out_error("routing: an entry has chip and pin, or msi_addr and msi_data");
	free(table);
}

/* ---- irqfd ---- */

static struct irqfd *find_irqfd(uint32_t gsi)
{
	for (int i = 0; i < irqfd_count; i++)
		if (irqfds[i].gsi == gsi)
			return &irqfds[i];
	return NULL;
}

static int irqfd_ioctl(const struct irqfd *irqfd, uint32_t flags)
{
	struct kvm_irqfd arg = { .fd = (uint32_t)irqfd->event, .gsi = irqfd->gsi, .flags = flags };
	if (irqfd->resample && !(flags & KVM_IRQFD_FLAG_DEASSIGN)) {
		arg.flags |= KVM_IRQFD_FLAG_RESAMPLE;
		arg.resamplefd = (uint32_t)irqfd->resample_event;
	}
	return ioctl(machine.vm, KVM_IRQFD, &arg);
}

static int open_irqfd(struct irqfd *irqfd)
{
	irqfd->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	irqfd->resample_event = irqfd->resample ? eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) : -1;
	int rc = irqfd_ioctl(irqfd, 0);
	if (rc) {
		int code = errno;
		close(irqfd->event);
		if (irqfd->resample)
			close(irqfd->resample_event);
		errno = code;
	}
	return rc;
}

static void close_irqfd(const struct irqfd *irqfd)
{
	irqfd_ioctl(irqfd, KVM_IRQFD_FLAG_DEASSIGN);
	close(irqfd->event);
	if (irqfd->resample)
		close(irqfd->resample_event);
}

static void op_irqfd(const struct json *op)
{
	struct irqfd irqfd = { .gsi = (uint32_t)json_field(op, "gsi", 0), .resample = json_field(op, "resample", 0) };
	struct irqfd *old = find_irqfd(irqfd.gsi);
	if (!old && irqfd_count == MAX_IRQFDS) {
		out_error("too many irqfds");
		return;
	}
	int rc = open_irqfd(&irqfd);
	out_rc(rc);
	if (rc)
		return;
	if (old) {
		if (replaced_count + 2 <= 2 * MAX_IRQFDS) {
			replaced[replaced_count++] = old->event;
			if (old->resample)
				replaced[replaced_count++] = old->resample_event;
		}
		*old = irqfd;
	} else {
		irqfds[irqfd_count++] = irqfd;
	}
}

static void op_irqfd_deassign(const struct json *op)
{
	struct irqfd *irqfd = find_irqfd((uint32_t)json_field(op, "gsi", 0));
	if (!irqfd) {
		out_error("no irqfd");
		return;
	}
	out_rc(irqfd_ioctl(irqfd, KVM_IRQFD_FLAG_DEASSIGN));
	close(irqfd->event);
	if (irqfd->resample)
		close(irqfd->resample_event);
	*irqfd = irqfds[--irqfd_count];
}

/*
 * The injection may run from a work queue. Deassigning waits for it; a second irqfd on the GSI meanwhile keeps its
 * resampler, whose end would lower the line.
 */
static void op_irqfd_signal(const struct json *op)
{
	struct irqfd *irqfd = find_irqfd((uint32_t)json_field(op, "gsi", 0));
	const uint64_t one = 1;
	if (!irqfd) {
		out_error("no irqfd");
		return;
	}
	struct irqfd keeper = *irqfd;
	if (write(irqfd->event, &one, sizeof(one)) != sizeof(one) || (irqfd->resample && open_irqfd(&keeper))) {
		out_error("irqfd_signal");
		return;
	}
	int failed = irqfd_ioctl(irqfd, KVM_IRQFD_FLAG_DEASSIGN) || irqfd_ioctl(irqfd, 0);
	if (irqfd->resample)
		close_irqfd(&keeper);
	if (failed)
		out_error("irqfd_signal");
	else
		out_true("ok");
}

static void op_irqfd_resample_poll(const struct json *op)
{
	struct irqfd *irqfd = find_irqfd((uint32_t)json_field(op, "gsi", 0));
	uint64_t count = 0;
	if (!irqfd || !irqfd->resample) {
		out_error("no resample irqfd");
		return;
	}
	if (read(irqfd->resample_event, &count, sizeof(count)) != sizeof(count))
		count = 0;
	out_int("count", (int64_t)count);
}

/* ---- guest instructions ---- */

static void out_exit(const struct user_exit *exit)
{
	if (exit->kind == EXIT_MMIO) {
		out_string("exit", "mmio");
		out_hex("exit_addr", exit->addr);
		out_int("exit_len", exit->len);
	} else {
		out_string("exit", "io");
		out_hex("exit_port", exit->addr);
		if (exit->len != 1)
			out_int("exit_size", exit->len);
		if (exit->count != 1)
			out_int("exit_count", exit->count);
	}
	if (exit->write && exit->count == 1)
		out_hex("exit_data", exit->data);
}

void out_exits(const struct outcome *outcome)
{
	out_open("exits", '[');
	for (int i = 0; i < outcome->exits; i++) {
		out_open(NULL, '{');
		out_exit(&machine_exits[i]);
		out_close('}');
	}
	out_close(']');
}

/* Members common to all guest ops; false where there is nothing more to say. */
bool out_outcome(const struct outcome *outcome)
{
	if (outcome->not_runnable) {
		out_int("not_runnable", outcome->not_runnable);
		return false;
	}
	if (outcome->error) {
		out_error(outcome->error);
		out_int("code", outcome->error_code);
		return false;
	}
	if (outcome->nmi)
		out_true("nmi");
	if (outcome->eoi_exits) {
		out_open("eoi_exit", '[');
		for (int i = 0; i < outcome->eoi_exits; i++)
			out_item_int(outcome->eoi_exit[i]);
		out_close(']');
	}
	if (outcome->gp) {
		out_true("gp");
		return false;
	}
	if (outcome->exits == 1)
		out_exit(&machine_exits[0]);
	else if (outcome->exits > 1)
		out_exits(outcome);
	return true;
}

static void out_done(const struct outcome *outcome)
{
	if (out_outcome(outcome))
		out_true("ok");
}

static void out_value(const struct outcome *outcome, uint64_t value)
{
	if (out_outcome(outcome))
		out_hex("value", value);
}

static void op_mmio(int vcpu, const struct json *op, bool write)
{
	static const enum stub stores[9] = { [1] = STUB_STORE1, [2] = STUB_STORE2, [4] = STUB_STORE4, [8] = STUB_STORE8 };
	static const enum stub loads[9] = { [1] = STUB_LOAD1, [2] = STUB_LOAD2, [4] = STUB_LOAD4, [8] = STUB_LOAD8 };
	uint64_t size = json_field(op, "size", 4), address = json_field(op, "addr", 0);
	struct outcome outcome;
	if ((size != 1 && size != 2 && size != 4 && size != 8) || address >> 32 || address < 0x100000) {
		out_error("mmio: size is 1, 2, 4 or 8, addr from 1 MiB to 4 GiB");
		return;
	}
	machine_step(vcpu, write ? stores[size] : loads[size], address, write ? json_field(op, "value", 0) : 0, 0, 0,
		     &outcome);
	if (write)
		out_done(&outcome);
	else
		out_value(&outcome, outcome.rax);
}

static void op_pio(int vcpu, const struct json *op, bool write)
{
	static const enum stub outs[5] = { [1] = STUB_OUT, [2] = STUB_OUT2, [4] = STUB_OUT4 };
	static const enum stub ins[5] = { [1] = STUB_IN, [2] = STUB_IN2, [4] = STUB_IN4 };
	uint64_t size = json_field(op, "size", 1);
	struct outcome outcome;
	if (size != 1 && size != 2 && size != 4) {
		out_error("pio: size is 1, 2 or 4");
		return;
	}
	uint64_t value = write ? json_field(op, "value", 0) & ((1ull << size * 8) - 1) : 0;
	machine_step(vcpu, write ? outs[size] : ins[size], 0, value, 0, json_field(op, "port", 0) & 0xffff, &outcome);
	if (write)
		out_done(&outcome);
	else
		out_value(&outcome, outcome.rax);
}

static void step_wrmsr(int vcpu, uint32_t msr, uint64_t value, struct outcome *outcome)
{
	machine_step(vcpu, STUB_WRMSR, 0, (uint32_t)value, msr, value >> 32, outcome);
}

static void op_wrmsr(int vcpu, const struct json *op)
{
	struct outcome outcome;
	step_wrmsr(vcpu, (uint32_t)json_field(op, "msr", 0), json_field(op, "value", 0), &outcome);
	out_done(&outcome);
}

static void op_rdmsr(int vcpu, const struct json *op)
{
	struct outcome outcome;
	machine_step(vcpu, STUB_RDMSR, 0, 0, json_field(op, "msr", 0) & 0xffffffff, 0, &outcome);
	out_value(&outcome, outcome.rdx << 32 | (uint32_t)outcome.rax);
}

static void op_set_cr8(int vcpu, const struct json *op)
{
	struct outcome outcome;
	uint64_t value = json_field(op, "value", 0);
	if (json_field(op, "sregs", 0)) { /* KVM_SET_SREGS instead of the instruction */
		struct kvm_sregs sregs;
		int rc = ioctl(machine.vcpu[vcpu].fd, KVM_GET_SREGS, &sregs);
		sregs.cr8 = value;
		if (rc || ioctl(machine.vcpu[vcpu].fd, KVM_SET_SREGS, &sregs))
			out_rc(-1);
		else
			out_true("ok");
		return;
	}
	machine_step(vcpu, STUB_CR8, 0, value, 0, 0, &outcome);
	out_done(&outcome);
}

/* A guest does not know that its APIC page has moved: it writes where the page is at reset. */
static void op_eoi(int vcpu)
{
	struct outcome outcome;
	struct kvm_sregs sregs;
	if (ioctl(machine.vcpu[vcpu].fd, KVM_GET_SREGS, &sregs)) {
		out_rc(-1);
		return;
	}
	if (sregs.apic_base & APIC_BASE_X2APIC)
		step_wrmsr(vcpu, X2APIC_EOI, 0, &outcome);
	else
		machine_step(vcpu, STUB_STORE4, LAPIC_DEFAULT_BASE + LAPIC_EOI, 0, 0, 0, &outcome);
	out_done(&outcome);
}

static void op_run(int vcpu, const struct json *op)
{
	struct outcome outcome;
	machine_take(vcpu, json_field(op, "keep", 0), &outcome);
	bool nmi = outcome.nmi;
	outcome.nmi = false;
	if (!out_outcome(&outcome))
		return;
	if (nmi)
		out_true("nmi");
	else if (outcome.vector >= 0)
		out_int("vector", outcome.vector);
	else
		out_null("vector");
}

static void op_nop(int vcpu)
{
	struct outcome outcome;
	machine_step(vcpu, STUB_NOP, 0, 0, 0, 0, &outcome);
	out_done(&outcome);
}

/* ---- state ---- */

static void op_cpu(int index)
{
	const struct vcpu *vcpu = &machine.vcpu[index];
	struct kvm_mp_state mp;
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	/* KVM_GET_MP_STATE first: it takes a pending INIT or SIPI. */
	if (ioctl(vcpu->fd, KVM_GET_MP_STATE, &mp) || ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) ||
	    ioctl(vcpu->fd, KVM_GET_REGS, &regs)) {
		out_rc(-1);
		return;
	}
	out_hex("cs", sregs.cs.selector);
	out_hex("cs_base", sregs.cs.base);
	out_hex("rip", regs.rip);
	out_hex("cr0", sregs.cr0);
	out_int("mp_state", mp.mp_state);
}

static uint32_t lapic_register(const struct kvm_lapic_state *lapic, int offset)
{
	uint32_t value;
	memcpy(&value, lapic->regs + offset, sizeof(value));
	return value;
}

static void out_vectors(const char *key, const struct kvm_lapic_state *lapic, int offset)
{
	out_open(key, '[');
	for (int vector = 0; vector < 256; vector++)
		if (lapic_register(lapic, offset + (vector >> 5) * 0x10) >> (vector & 31) & 1)
			out_item_int(vector);
	out_close(']');
}

static void out_lapic(const struct vcpu *vcpu)
{
	static const struct {
		const char *name;
		int offset;
	} before_icr[] = { { "id", 0x20 }, { "version", 0x30 }, { "tpr", 0x80 }, { "apr", 0x90 }, { "ppr", 0xa0 },
			   { "ldr", 0xd0 }, { "dfr", 0xe0 }, { "svr", 0xf0 }, { "esr", 0x280 } },
	  lvt[] = { { "cmci", 0x2f0 }, { "timer", 0x320 }, { "thermal", 0x330 }, { "perf", 0x340 },
		    { "lint0", 0x350 }, { "lint1", 0x360 }, { "error", 0x370 } };
	struct kvm_mp_state mp;
	struct kvm_vcpu_events events;
	struct kvm_sregs sregs;
	struct kvm_lapic_state lapic;

	if (!machine.in_kernel) {
		out_null(NULL);
		return;
	}
	out_open(NULL, '{');
	if (ioctl(vcpu->fd, KVM_GET_MP_STATE, &mp) || ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events) ||
	    ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) || ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic)) {
		out_rc(-1);
		out_close('}');
		return;
	}
	for (size_t i = 0; i < sizeof(before_icr) / sizeof(before_icr[0]); i++)
		out_hex(before_icr[i].name, lapic_register(&lapic, before_icr[i].offset));
	out_hex("icr", (uint64_t)lapic_register(&lapic, 0x310) << 32 | lapic_register(&lapic, 0x300));
	out_open("lvt", '{');
	for (size_t i = 0; i < sizeof(lvt) / sizeof(lvt[0]); i++)
		out_hex(lvt[i].name, lapic_register(&lapic, lvt[i].offset));
	out_close('}');
	out_hex("tmict", lapic_register(&lapic, 0x380));
	out_hex("tdcr", lapic_register(&lapic, 0x3e0));
	out_vectors("isr", &lapic, 0x100);
	out_vectors("irr", &lapic, 0x200);
	out_vectors("tmr", &lapic, 0x180);
	out_hex("apic_base", sregs.apic_base);
	out_int("cr8", (int64_t)sregs.cr8);
	out_int("mp_state", mp.mp_state);
	out_open("nmi", '{');
	out_int("injected", events.nmi.injected);
	out_int("pending", events.nmi.pending);
	out_int("masked", events.nmi.masked);
	out_close('}');
	out_int("intr_injected", events.interrupt.injected ? events.interrupt.nr : -1);
	out_close('}');
}

static void out_ioapic(const struct kvm_ioapic_state *ioapic)
{
	out_open("ioapic", '{');
	out_hex("base", ioapic->base_address);
	out_hex("ioregsel", ioapic->ioregsel);
	out_hex("id", ioapic->id);
	out_hex("irr", ioapic->irr);
	out_open("redirtbl", '[');
	for (int pin = 0; pin < KVM_IOAPIC_NUM_PINS; pin++)
		out_item_hex(ioapic->redirtbl[pin].bits);
	out_close(']');
	out_close('}');
}

static void out_pic(const char *key, const struct kvm_pic_state *pic)
{
	out_open(key, '{');
	out_hex("last_irr", pic->last_irr);
	out_hex("irr", pic->irr);
	out_hex("imr", pic->imr);
	out_hex("isr", pic->isr);
	out_hex("priority_add", pic->priority_add);
	out_hex("irq_base", pic->irq_base);
	out_hex("read_reg_select", pic->read_reg_select);
	out_hex("poll", pic->poll);
	out_hex("special_mask", pic->special_mask);
	out_hex("init_state", pic->init_state);
	out_hex("auto_eoi", pic->auto_eoi);
	out_hex("rotate_on_auto_eoi", pic->rotate_on_auto_eoi);
	out_hex("special_fully_nested_mode", pic->special_fully_nested_mode);
	out_hex("init4", pic->init4);
	out_hex("elcr", pic->elcr);
	out_hex("elcr_mask", pic->elcr_mask);
	out_close('}');
}

static void op_get(void)
{
	out_open("lapic", '[');
	for (int i = 0; i < machine.vcpus; i++)
		out_lapic(&machine.vcpu[i]);
	out_close(']');
	if (machine.split || !machine.in_kernel)
		return;
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_IOAPIC };
	if (!ioctl(machine.vm, KVM_GET_IRQCHIP, &chip))
		out_ioapic(&chip.chip.ioapic);
	chip.chip_id = KVM_IRQCHIP_PIC_MASTER;
	if (!ioctl(machine.vm, KVM_GET_IRQCHIP, &chip))
		out_pic("pic0", &chip.chip.pic);
	chip.chip_id = KVM_IRQCHIP_PIC_SLAVE;
	if (!ioctl(machine.vm, KVM_GET_IRQCHIP, &chip))
		out_pic("pic1", &chip.chip.pic);
}

/* ---- one line ---- */

static bool answer_vcpu_op(const char *name, const struct json *op)
{
	static const char *const names[] = { "mmio_write", "mmio_read", "pio_write", "pio_read", "wrmsr", "rdmsr",
					     "set_cr8", "eoi", "nmi", "extint", "run", "iret", "nop", "cpu", "pio_string" };
	size_t which = 0;
	while (which < sizeof(names) / sizeof(names[0]) && strcmp(name, names[which]))
		which++;
	if (which == sizeof(names) / sizeof(names[0]))
		return false;
	uint64_t field = json_field(op, "vcpu", 0);
	if (field >= (uint64_t)machine.vcpus) {
		out_error("no such vCPU");
		return true;
	}
	int vcpu = (int)field;
	switch (which) {
	case 0: op_mmio(vcpu, op, true); break;
	case 1: op_mmio(vcpu, op, false); break;
	case 2: op_pio(vcpu, op, true); break;
	case 3: op_pio(vcpu, op, false); break;
	case 4: op_wrmsr(vcpu, op); break;
	case 5: op_rdmsr(vcpu, op); break;
	case 6: op_set_cr8(vcpu, op); break;
	case 7: op_eoi(vcpu); break;
	case 8: out_rc(ioctl(machine.vcpu[vcpu].fd, KVM_NMI, 0ul)); break;
	case 9: {
		struct kvm_interrupt interrupt = { .irq = (uint32_t)json_field(op, "vector", 0) };
		out_rc(ioctl(machine.vcpu[vcpu].fd, KVM_INTERRUPT, &interrupt));
		break;
	}
	case 10: op_run(vcpu, op); break;
	case 11:
		if (machine_iret(vcpu))
			out_true("ok");
		else
			out_rc(-1);
		break;
	case 12: op_nop(vcpu); break;
	case 13: op_cpu(vcpu); break;
	case 14: op_pio_string(vcpu, op); break;
	}
	return true;
}

static void answer(char *line)
{
	const struct json *op = json_parse(line);
	const char *name = json_text(op, "op");
	out_begin(stdout);
	if (!op || !*name)
		out_error("not an op");
	else if (!strcmp(name, "create"))
		op_create(op);
	else if (!strcmp(name, "create_vm")) {
		close_irqfds();
		roads_reset();
		op_create_vm();
	} else if (!strcmp(name, "note"))
		out_true("ok");
	else if (machine.vm < 0 && strcmp(name, "forget"))
		out_error("no machine");
	else if (!strcmp(name, "irq_line"))
		op_irq_line(op);
	else if (!strcmp(name, "msi"))
		op_msi(op);
	else if (!strcmp(name, "routing"))
		op_routing(op);
	else if (!strcmp(name, "irqfd"))
		op_irqfd(op);
	else if (!strcmp(name, "irqfd_deassign"))
		op_irqfd_deassign(op);
	else if (!strcmp(name, "irqfd_signal"))
		op_irqfd_signal(op);
	else if (!strcmp(name, "irqfd_resample_poll"))
		op_irqfd_resample_poll(op);
	else if (!strcmp(name, "get"))
		op_get();
	else if (!answer_road_op(name, op) && !answer_setup_op(name, op) && !answer_state_op(name, op) &&
		 !answer_vcpu_op(name, op))
		out_error("unknown op");
	out_end();
}

/* Lines from standard input; what has been answered is flushed whenever the next line is not there yet. */
static int serve(void)
{
	static char buffer[LINE_LIMIT + 1];
	size_t length = 0;
	for (;;) {
		char *start = buffer, *end;
		while ((end = memchr(start, '\n', length - (size_t)(start - buffer)))) {
			*end = 0;
			if (*start)
				answer(start);
			start = end + 1;
		}
		length -= (size_t)(start - buffer);
		memmove(buffer, start, length);
		fflush(stdout);
		if (length == LINE_LIMIT) {
			fputs("recorder: line too long\n", stderr);
			return 1;
		}
		ssize_t got = read(STDIN_FILENO, buffer + length, LINE_LIMIT - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return 1;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	if (length) {
		buffer[length] = 0;
		answer(buffer);
	}
	return fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *failed = machine_init();
	if (failed) {
		fprintf(stderr, "recorder: %s: %s\n", failed, strerror(errno));
		return 2;
	}
	int status = argc == 3 && !strcmp(argv[1], "--bench") ? bench(strtoull(argv[2], NULL, 0)) : serve();
	close_irqfds();
	roads_reset();
	machine_destroy();
	return status;
}
