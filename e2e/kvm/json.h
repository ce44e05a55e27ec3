/* A JSON reader and writer for op lines: one small object a line, values kept in a fixed arena. */
#ifndef IRQSCOPE_JSON_H
#define IRQSCOPE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	const char *key;     /* within an object, else NULL */
	const char *text;    /* JSON_STRING */
	uint64_t number;     /* JSON_INT (two's complement when negative) and JSON_BOOL */
	struct json *first;  /* JSON_ARRAY, JSON_OBJECT */
	struct json *next;
	size_t count;
};

/* Parses in place (`line` is written to). NULL on bad input. The result lives until the next call. */
struct json *json_parse(char *line);

const struct json *json_get(const struct json *object, const char *key);
/* An integer or a string like "0x1f" or "12". */
bool json_u64(const struct json *value, uint64_t *out);
uint64_t json_field(const struct json *object, const char *key, uint64_t fallback);
/* "" where the key is absent or no string. */
const char *json_text(const struct json *object, const char *key);

/* A result object under construction; every `out_*` adds one member. */
void out_begin(FILE *stream);
void out_end(void);
void out_key(const char *key);
void out_int(const char *key, int64_t value);
void out_hex(const char *key, uint64_t value);
void out_true(const char *key);
void out_bool(const char *key, bool value);
void out_null(const char *key);
void out_string(const char *key, const char *text);
void out_open(const char *key, char bracket);
void out_close(char bracket);
void out_item_int(int64_t value);
void out_item_hex(uint64_t value);

#endif
