/* The roads in: memory slots, ioeventfds, the coalesced ring, string accesses to ports. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder.h"

#define MAX_SLOTS 64
#define MAX_FDS 512
/* Elements of a string read that an answer still lists. */
#define MOST_DATA 64

struct slot {
	uint32_t id;
	void *memory;
	uint64_t size;
};

/* One eventfd for each bus, address, length and data, for as long as the machine lives. */
struct bell {
	bool pio, matches;
	uint64_t addr, data;
	uint32_t len;
	int event;
};

static struct slot slots[MAX_SLOTS];
static int slot_count;
static struct bell bells[MAX_FDS];
static int bell_count;

void roads_reset(void)
{
	for (int i = 0; i < slot_count; i++)
		munmap(slots[i].memory, slots[i].size);
	for (int i = 0; i < bell_count; i++)
		close(bells[i].event);
	slot_count = bell_count = 0;
}

static struct slot *find_slot(uint32_t id)
{
	for (int i = 0; i < slot_count; i++)
		if (slots[i].id == id)
			return &slots[i];
	return NULL;
}

static void op_memslot(const struct json *op)
{
	struct kvm_userspace_memory_region region = {
		.slot = (uint32_t)json_field(op, "slot", 0),
		.guest_phys_addr = json_field(op, "gpa", 0),
		.memory_size = json_field(op, "size", 0),
		.flags = json_field(op, "readonly", 0) ? KVM_MEM_READONLY : 0,
	};
	struct slot *slot = find_slot(region.slot);
	void *fresh = MAP_FAILED;
	if (!region.slot || slot_count == MAX_SLOTS) {
		out_error("memslot: slot 0 is the guest's own");
		return;
	}
	if (slot) {
		region.userspace_addr = (uint64_t)slot->memory;
	} else if (region.memory_size) {
		fresh = mmap(NULL, region.memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			     -1, 0);
		if (fresh == MAP_FAILED) {
			out_error("memslot: mmap");
			return;
		}
		region.userspace_addr = (uint64_t)fresh;
	}
	int rc = ioctl(machine.vm, KVM_SET_USER_MEMORY_REGION, &region);
	out_rc(rc);
	if (rc && fresh != MAP_FAILED)
		munmap(fresh, region.memory_size);
	else if (!rc && fresh != MAP_FAILED)
		slots[slot_count++] = (struct slot){ region.slot, fresh, region.memory_size };
	else if (!rc && slot && !region.memory_size) {
		munmap(slot->memory, slot->size);
		*slot = slots[--slot_count];
	}
}

/* @returns NULL when there is no room for another */
static struct bell *bell_of(const struct json *op)
{
	struct bell bell = { .pio = !strcmp(json_text(op, "bus"), "pio"), .addr = json_field(op, "addr", 0),
			     .len = (uint32_t)json_field(op, "len", 0) };
	bell.matches = json_u64(json_get(op, "datamatch"), &bell.data);
	for (int i = 0; i < bell_count; i++)
		if (bells[i].pio == bell.pio && bells[i].addr == bell.addr && bells[i].len == bell.len &&
		    bells[i].matches == bell.matches && bells[i].data == bell.data)
			return &bells[i];
	if (bell_count == MAX_FDS)
		return NULL;
	bell.event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	bells[bell_count] = bell;
	return &bells[bell_count++];
}

static void op_ioeventfd(const struct json *op)
{
	const struct bell *bell = bell_of(op);
	if (!bell) {
		out_error("too many ioeventfds");
		return;
	}
	struct kvm_ioeventfd arg = { .datamatch = bell->data, .addr = bell->addr, .len = bell->len, .fd = bell->event };
	arg.flags = (bell->pio ? KVM_IOEVENTFD_FLAG_PIO : 0) | (bell->matches ? KVM_IOEVENTFD_FLAG_DATAMATCH : 0) |
		    (json_field(op, "deassign", 0) ? KVM_IOEVENTFD_FLAG_DEASSIGN : 0);
	out_rc(ioctl(machine.vm, KVM_IOEVENTFD, &arg));
}

static void op_ioeventfd_poll(const struct json *op)
{
	const struct bell *bell = bell_of(op);
	uint64_t count = 0;
	if (!bell || read(bell->event, &count, sizeof(count)) != sizeof(count))
		count = 0;
	out_int("count", (int64_t)count);
}

static void op_coalesced_mmio(const struct json *op)
{
	struct kvm_coalesced_mmio_zone zone = { .addr = json_field(op, "addr", 0),
						.size = (uint32_t)json_field(op, "size", 0),
						.pio = (uint32_t)json_field(op, "pio", 0) };
	unsigned long request = json_field(op, "deassign", 0) ? KVM_UNREGISTER_COALESCED_MMIO : KVM_REGISTER_COALESCED_MMIO;
	out_rc(ioctl(machine.vm, request, &zone));
}

/* The ring stands in a page of every vCPU's mapping. */
static void op_coalesced_read(void)
{
	const size_t page = 4096;
	struct kvm_coalesced_mmio_ring *ring;
	if (!machine.vcpus) {
		out_open("entries", '[');
		out_close(']');
		return;
	}
	ring = (void *)((uint8_t *)machine.vcpu[0].run + KVM_COALESCED_MMIO_PAGE_OFFSET * page);
	const uint32_t places = (page - sizeof(*ring)) / sizeof(ring->coalesced_mmio[0]);
	out_open("entries", '[');
	while (ring->first != ring->last) {
		const struct kvm_coalesced_mmio *entry = &ring->coalesced_mmio[ring->first];
		uint64_t data = 0;
		memcpy(&data, entry->data, entry->len < sizeof(data) ? entry->len : sizeof(data));
		out_open(NULL, '{');
		out_hex("addr", entry->phys_addr);
		out_int("len", entry->len);
		out_hex("data", data);
		if (entry->pio)
			out_int("pio", 1);
		out_close('}');
		ring->first = (ring->first + 1) % places;
	}
	out_close(']');
}

void op_pio_string(int vcpu, const struct json *op)
{
	static const enum stub outs[5] = { [1] = STUB_OUTS, [2] = STUB_OUTS2, [4] = STUB_OUTS4 };
	static const enum stub ins[5] = { [1] = STUB_INS, [2] = STUB_INS2, [4] = STUB_INS4 };
	uint64_t size = json_field(op, "size", 1), count = json_field(op, "count", 0);
	bool out = !strcmp(json_text(op, "dir"), "out");
	const struct json *data = json_get(op, "data");
	uint8_t *buffer = machine_memory(STRING_BUFFER);
	struct outcome outcome;
	if ((size != 1 && size != 2 && size != 4) || count > 4096) {
		out_error("pio_string: size is 1, 2 or 4, count at most 4096");
		return;
	}
	memset(buffer, 0, count * size);
	uint64_t at = 0;
	for (const struct json *each = out && data ? data->first : NULL; each && at < count; each = each->next, at++) {
		uint64_t value = 0;
		json_u64(each, &value);
		memcpy(buffer + at * size, &value, size);
	}
	machine_step(vcpu, out ? outs[size] : ins[size], STRING_BUFFER, 0, count, json_field(op, "port", 0) & 0xffff,
		     &outcome);
	int exits = outcome.exits;
	outcome.exits = 0;
	if (!out_outcome(&outcome))
		return;
	outcome.exits = exits;
	if (exits)
		out_exits(&outcome);
	out_true("ok");
	if (out || count > MOST_DATA)
		return;
	out_open("data", '[');
	for (at = 0; at < count; at++) {
		uint64_t value = 0;
		memcpy(&value, buffer + at * size, size);
		out_item_hex(value);
	}
	out_close(']');
}

bool answer_road_op(const char *name, const struct json *op)
{
	if (!strcmp(name, "memslot"))
		op_memslot(op);
	else if (!strcmp(name, "ioeventfd"))
		op_ioeventfd(op);
	else if (!strcmp(name, "ioeventfd_poll"))
		op_ioeventfd_poll(op);
	else if (!strcmp(name, "coalesced_mmio"))
		op_coalesced_mmio(op);
	else if (!strcmp(name, "coalesced_read"))
		op_coalesced_read();
	else
		return false;
	return true;
}
