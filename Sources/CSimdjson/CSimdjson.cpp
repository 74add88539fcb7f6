#include "DocumentWalk.hpp"

#include <charconv>
#include <new>

namespace {

constexpr size_t capacity_min = 4096;

/// Makes room for a document of `length` bytes, in steps that make regrowth rare.
bool make_room(csj_parser &owner, size_t length) {
  if (owner.buffer_capacity >= length + SIMDJSON_PADDING) return true;
  size_t capacity = capacity_min;
  while (capacity < length) capacity *= 2;
  std::free(owner.buffer);
  owner.buffer_capacity = 0;
  owner.buffer = static_cast<char *>(std::malloc(capacity + SIMDJSON_PADDING));
  if (!owner.buffer || owner.parser.allocate(capacity)) return false;
  owner.buffer_capacity = capacity + SIMDJSON_PADDING;
  return true;
}

csj_result refusal(csj_status status, int64_t offset) {
  return {nullptr, offset, uint8_t(status)};
}

} // namespace

csj_parser *csj_create(void) { return new (std::nothrow) csj_parser(); }

void csj_destroy(csj_parser *parser) { delete parser; }

void csj_release(csj_parser *parser) {
  parser->~csj_parser();
  new (parser) csj_parser();
}

csj_result csj_parse(csj_parser *owner, const void *bytes, size_t length) {
  owner->node_count = 0;
  if (length == 0) return refusal(CSJ_EMPTY, 0);
  if (length > CSJ_LENGTH_MAX) return refusal(CSJ_TOO_LARGE, CSJ_LENGTH_MAX);
  if (!make_room(*owner, length)) return refusal(CSJ_NO_MEMORY, -1);
  std::memcpy(owner->buffer, bytes, length);
  std::memset(owner->buffer + length, ' ', SIMDJSON_PADDING);

  ondemand::document document;
  auto result = owner->parser.iterate(owner->buffer, length, length + SIMDJSON_PADDING);
  if (auto error = std::move(result).get(document)) return refusal(status_of(error), -1);
  Walk walk(*owner, document, length);
  csj_status status = walk.run();
  if (status != CSJ_OK) return refusal(status, int64_t(walk.offset()));
  return {owner->nodes, -1, CSJ_OK};
}

bool csj_double(const void *bytes, size_t length, double *number) {
  const char *text = static_cast<const char *>(bytes);
  auto result = std::from_chars(text, text + length, *number);
  return result.ec == std::errc() && result.ptr == text + length;
}

bool csj_is_utf8(const void *bytes, size_t length) {
  return length == 0 || validate_utf8(static_cast<const char *>(bytes), length);
}
