/* Reads the part of JSON that op lines use: objects, arrays, integers, plain strings, true, false, null. */
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ARENA 65536
#define DEPTH 8

static struct json arena[ARENA];
static size_t used;
static char *cursor;

static void skip_space(void)
{
	while (*cursor == ' ' || *cursor == '\t' || *cursor == '\r' || *cursor == '\n')
		cursor++;
}

static struct json *fresh(enum json_type type)
{
	if (used == ARENA)
		return NULL;
	struct json *value = &arena[used++];
	memset(value, 0, sizeof(*value));
	value->type = type;
	return value;
}

/* Op names, chips and numbers need no escapes beyond the one-character ones; \u is passed over. */
static char *read_string(void)
{
	char *start = ++cursor, *to = cursor;
	while (*cursor && *cursor != '"') {
		if (*cursor == '\\' && !*++cursor)
			return NULL;
		*to++ = *cursor++;
	}
	if (*cursor != '"')
		return NULL;
	cursor++;
	*to = 0;
	return start;
}

static struct json *read_value(int depth);

static struct json *read_members(char close, int depth)
{
	struct json *parent = fresh(close == '}' ? JSON_OBJECT : JSON_ARRAY);
	if (!parent || depth > DEPTH)
		return NULL;
	struct json **tail = &parent->first;
	cursor++;
	skip_space();
	if (*cursor == close) {
		cursor++;
		return parent;
	}
	for (;;) {
		const char *key = NULL;
		skip_space();
		if (close == '}') {
			if (*cursor != '"' || !(key = read_string()))
				return NULL;
			skip_space();
			if (*cursor++ != ':')
				return NULL;
		}
		struct json *value = read_value(depth + 1);
		if (!value)
			return NULL;
		value->key = key;
		*tail = value;
		tail = &value->next;
		parent->count++;
		skip_space();
		if (*cursor == ',') {
			cursor++;
			continue;
		}
		if (*cursor++ != close)
			return NULL;
		return parent;
	}
}

static struct json *read_word(const char *word, enum json_type type, uint64_t number)
{
	size_t length = strlen(word);
	if (strncmp(cursor, word, length))
		return NULL;
	cursor += length;
	struct json *value = fresh(type);
	if (value)
		value->number = number;
	return value;
}

static struct json *read_number(void)
{
	struct json *value = fresh(JSON_INT);
	char *end;
	if (!value)
		return NULL;
	errno = 0;
	value->number = *cursor == '-' ? (uint64_t)strtoll(cursor, &end, 10) : strtoull(cursor, &end, 10);
	if (end == cursor || errno || *end == '.' || *end == 'e' || *end == 'E')
		return NULL;
	cursor = end;
	return value;
}

static struct json *read_value(int depth)
{
	skip_space();
	switch (*cursor) {
	case '{':
		return read_members('}', depth);
	case '[':
		return read_members(']', depth);
	case '"': {
		struct json *value = fresh(JSON_STRING);
		return value && (value->text = read_string()) ? value : NULL;
	}
	case 't':
		return read_word("true", JSON_BOOL, 1);
	case 'f':
		return read_word("false", JSON_BOOL, 0);
	case 'n':
		return read_word("null", JSON_NULL, 0);
	default:
		return read_number();
	}
}

struct json *json_parse(char *line)
{
	used = 0;
	cursor = line;
	struct json *value = read_value(0);
	if (!value)
		return NULL;
	skip_space();
	return *cursor ? NULL : value;
}

const struct json *json_get(const struct json *object, const char *key)
{
	if (!object || object->type != JSON_OBJECT)
		return NULL;
	for (const struct json *value = object->first; value; value = value->next)
		if (!strcmp(value->key, key))
			return value;
	return NULL;
}

bool json_u64(const struct json *value, uint64_t *out)
{
	if (!value)
		return false;
	if (value->type == JSON_INT || value->type == JSON_BOOL) {
		*out = value->number;
		return true;
	}
	if (value->type != JSON_STRING || !*value->text)
		return false;
	char *end;
	errno = 0;
	*out = strtoull(value->text, &end, 0);
	return !*end && !errno;
}

uint64_t json_field(const struct json *object, const char *key, uint64_t fallback)
{
	uint64_t number;
	return json_u64(json_get(object, key), &number) ? number : fallback;
}

const char *json_text(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);
	return value && value->type == JSON_STRING ? value->text : "";
}

static FILE *sink;
static bool need_comma;

static void separate(void)
{
	if (need_comma)
		putc(',', sink);
	need_comma = true;
}

void out_key(const char *key)
{
	separate();
	fprintf(sink, "\"%s\":", key);
}

void out_begin(FILE *stream)
{
	sink = stream;
	need_comma = false;
	putc('{', sink);
}

void out_end(void)
{
	fputs("}\n", sink);
}

void out_int(const char *key, int64_t value)
{
	out_key(key);
	fprintf(sink, "%" PRId64, value);
}

void out_hex(const char *key, uint64_t value)
{
	out_key(key);
	fprintf(sink, "\"0x%" PRIx64 "\"", value);
}

void out_true(const char *key)
{
	out_key(key);
	fputs("true", sink);
}

void out_bool(const char *key, bool value)
{
	out_key(key);
	fputs(value ? "true" : "false", sink);
}

void out_null(const char *key)
{
	if (key)
		out_key(key);
	else
		separate();
	fputs("null", sink);
}

void out_string(const char *key, const char *text)
{
	out_key(key);
	fprintf(sink, "\"%s\"", text);
}

void out_open(const char *key, char bracket)
{
	if (key)
		out_key(key);
	else
		separate();
	putc(bracket, sink);
	need_comma = false;
}

void out_close(char bracket)
{
	putc(bracket, sink);
	need_comma = true;
}

void out_item_int(int64_t value)
{
	separate();
	fprintf(sink, "%" PRId64, value);
}

void out_item_hex(uint64_t value)
{
	separate();
	fprintf(sink, "\"0x%" PRIx64 "\"", value);
}
