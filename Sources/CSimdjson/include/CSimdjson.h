#ifndef SLUICE_CSIMDJSON_H
#define SLUICE_CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A C face for simdjson's on-demand parser. A document is walked once, from its first byte to its
// last, so that everything in it has been checked, and becomes a flat array of nodes in document
// order. Nothing here throws, and nothing allocates once a parser has seen a document as large.

#ifdef __cplusplus
extern "C" {
#endif

/// How deep objects and arrays may nest.
#define CSJ_DEPTH_MAX 64
/// The longest document, in bytes.
#define CSJ_LENGTH_MAX 0x40000000u

/// What a node is. JSONKind in Swift has the same numbers.
enum csj_kind {
  CSJ_NULL = 0,
  CSJ_FALSE = 1,
  CSJ_TRUE = 2,
  CSJ_NUMBER = 3,
  CSJ_STRING = 4,
  CSJ_ARRAY = 5,
  CSJ_OBJECT = 6,
};

/// Why a document was refused. JSONError in Swift has a case for each.
enum csj_status {
  CSJ_OK = 0,
  CSJ_EMPTY = 1,
  CSJ_TOO_LARGE = 2,
  CSJ_TOO_DEEP = 3,
  CSJ_BAD_UTF8 = 4,
  CSJ_CONTROL_CHARACTER = 5,
  CSJ_UNCLOSED_STRING = 6,
  CSJ_BAD_STRING = 7,
  CSJ_BAD_NUMBER = 8,
  CSJ_BAD_LITERAL = 9,
  CSJ_BAD_STRUCTURE = 10,
  CSJ_TRAILING_CONTENT = 11,
  CSJ_NO_MEMORY = 12,
};

/// One value, or the key of an object's member.
///
///   {"a":[1,"x"]}   object, key a, array, number 1, string x
///                   span 5  span 1 span 3 span 1    span 1
///
/// A key is a string node, and the node behind it is the member's value.
struct csj_node {
  /// A string's unescaped UTF-8; anything else as it stands in the document.
  const char *text;
  uint32_t length;
  /// How many members an object has, or elements an array.
  uint32_t count;
  /// How many nodes this value is made of: the next one starts `span` nodes further on.
  uint32_t span;
  uint8_t kind;
};

struct csj_result {
  /// The document's first node; null if it was refused.
  const struct csj_node *root;
  /// Where the trouble is, in bytes from the start; -1 if that is not known.
  int64_t offset;
  uint8_t status;
};

struct csj_parser;

/// A parser for one owner at a time. Null when there is no memory.
struct csj_parser *csj_create(void);
void csj_destroy(struct csj_parser *parser);

/// Copies the document and parses the copy. The nodes and what they point at stay as they are until
/// the parser is used again, released or destroyed.
struct csj_result csj_parse(struct csj_parser *parser, const void *bytes, size_t length);

/// Gives all memory back. The parser can be used again.
void csj_release(struct csj_parser *parser);

/// The number, rounded to the nearest double; false if it is not one or does not fit.
bool csj_double(const void *bytes, size_t length, double *number);

bool csj_is_utf8(const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
