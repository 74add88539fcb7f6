#ifndef SLUICE_DOCUMENT_WALK_HPP
#define SLUICE_DOCUMENT_WALK_HPP

#include "CSimdjson.h"
#include "Grammar.hpp"

// The walk below keeps simdjson's rules about order; its checks of them are for debugging.
#define SIMDJSON_DEVELOPMENT_CHECKS 0
#include <simdjson.h>

#include <cstdlib>
#include <cstring>

using namespace simdjson;

struct csj_parser {
  ondemand::parser parser;
  char *buffer = nullptr;
  size_t buffer_capacity = 0;
  csj_node *nodes = nullptr;
  size_t node_count = 0;
  size_t node_capacity = 0;

  ~csj_parser() {
    std::free(buffer);
    std::free(nodes);
  }
};

namespace {

inline csj_status status_of(error_code error) {
  switch (error) {
  case SUCCESS: return CSJ_OK;
  case EMPTY: return CSJ_EMPTY;
  case CAPACITY: return CSJ_TOO_LARGE;
  case MEMALLOC: return CSJ_NO_MEMORY;
  case UTF8_ERROR: return CSJ_BAD_UTF8;
  case UNESCAPED_CHARS: return CSJ_CONTROL_CHARACTER;
  case UNCLOSED_STRING: return CSJ_UNCLOSED_STRING;
  case STRING_ERROR: return CSJ_BAD_STRING;
  case TRAILING_CONTENT: return CSJ_TRAILING_CONTENT;
  default: return CSJ_BAD_STRUCTURE;
  }
}

/// One pass over one document.
class Walk {
public:
  Walk(csj_parser &owner, ondemand::document &document, size_t length)
      : owner(owner), document(document), cursor(owner.buffer), end(owner.buffer + length) {}

  csj_status run() {
    std::string_view token;
    if (auto error = document.raw_json_token().get(token)) return status_of(error);
    cursor = token.data();
    csj_status status;
    if (*cursor == '{') {
      status = object(token, [this] { return document.get_object(); });
    } else if (*cursor == '[') {
      status = array(token, [this] { return document.get_array(); });
    } else {
      return root_scalar(token);
    }
    if (status != CSJ_OK) return status;
    return cursor == end ? CSJ_OK : CSJ_TRAILING_CONTENT;
  }

  size_t offset() const { return size_t(cursor - owner.buffer); }

private:
  csj_parser &owner;
  ondemand::document &document;
  /// Where the next token is expected: what an error names.
  const char *cursor;
  const char *const end;
  uint32_t depth = 0;

  bool push(const char *text, const char *text_end, csj_kind kind) {
    if (owner.node_count == owner.node_capacity) {
      size_t capacity = owner.node_capacity ? owner.node_capacity * 2 : 64;
      void *grown = std::realloc(owner.nodes, capacity * sizeof(csj_node));
      if (!grown) return false;
      owner.nodes = static_cast<csj_node *>(grown);
      owner.node_capacity = capacity;
    }
    owner.nodes[owner.node_count++] = {text, uint32_t(text_end - text), 0, 1, uint8_t(kind)};
    return true;
  }

  /// Completes the container that began at node `index` and has just been left.
  csj_status close(size_t index, uint32_t count) {
    const char *next;
    if (document.current_location().get(next)) next = end;
    cursor = next;
    csj_node &node = owner.nodes[index];
    node.length = uint32_t(trimmed(node.text, next) - node.text);
    node.count = count;
    node.span = uint32_t(owner.node_count - index);
    --depth;
    return CSJ_OK;
  }

  csj_status value(ondemand::value value) {
    std::string_view token = value.raw_json_token();
    cursor = token.data();
    switch (*cursor) {
    case '{': return object(token, [&] { return value.get_object(); });
    case '[': return array(token, [&] { return value.get_array(); });
    case '"': return string(token, value);
    default: return plain(token);
    }
  }

  template <class Start> csj_status object(std::string_view token, Start start) {
    if (++depth > CSJ_DEPTH_MAX) return CSJ_TOO_DEEP;
    size_t index = owner.node_count;
    uint32_t count = 0;
    if (!push(cursor, cursor, CSJ_OBJECT)) return CSJ_NO_MEMORY;
    ondemand::object object;
    if (auto error = start().get(object)) return status_of(error);
    cursor += token.size();
    for (auto result : object) {
      ondemand::field field;
      if (auto error = std::move(result).get(field)) return status_of(error);
      if (auto status = key(field)) return status;
      if (auto status = value(field.value())) return status;
      ++count;
    }
    return close(index, count);
  }

  template <class Start> csj_status array(std::string_view token, Start start) {
    if (++depth > CSJ_DEPTH_MAX) return CSJ_TOO_DEEP;
    size_t index = owner.node_count;
    uint32_t count = 0;
    if (!push(cursor, cursor, CSJ_ARRAY)) return CSJ_NO_MEMORY;
    ondemand::array array;
    if (auto error = start().get(array)) return status_of(error);
    cursor += token.size();
    for (auto result : array) {
      ondemand::value element;
      if (auto error = std::move(result).get(element)) return status_of(error);
      if (auto status = value(element)) return status;
      ++count;
    }
    return close(index, count);
  }

  /// A key ends before the colon that stands before its value.
  csj_status key(ondemand::field &field) {
    const char *text = field.key().raw();
    cursor = text - 1;
    const char *colon = trimmed(text, field.value().raw_json_token().data()) - 1;
    const char *quote = trimmed(text, colon) - 1;
    if (!std::memchr(text, '\\', size_t(quote - text))) {
      return push(text, quote, CSJ_STRING) ? CSJ_OK : CSJ_NO_MEMORY;
    }
    return unescaped(field.unescaped_key());
  }

  /// Only what holds an escape is rewritten; everything else is seen where it stands.
  csj_status string(std::string_view token, ondemand::value &value) {
    const char *text = token.data() + 1;
    const char *quote = trimmed(text, token.data() + token.size()) - 1;
    if (quote < text || *quote != '"') return CSJ_BAD_STRING;
    if (std::memchr(text, '\\', size_t(quote - text))) {
      if (auto status = unescaped(value.get_string())) return status;
    } else {
      // The library cannot skip a string that a faulty document has put before a colon.
      if (auto error = value.get_raw_json_string().error()) return status_of(error);
      if (!push(text, quote, CSJ_STRING)) return CSJ_NO_MEMORY;
    }
    cursor += token.size();
    return CSJ_OK;
  }

  csj_status unescaped(simdjson_result<std::string_view> result) {
    std::string_view text;
    if (auto error = std::move(result).get(text)) return status_of(error);
    return push(text.data(), text.data() + text.size(), CSJ_STRING) ? CSJ_OK : CSJ_NO_MEMORY;
  }

  /// A number or a literal. It is not consumed: the iterator steps over just this one token.
  csj_status plain(std::string_view token) {
    const char *text = token.data();
    const char *text_end = trimmed(text, text + token.size());
    std::string_view word(text, size_t(text_end - text));
    csj_kind kind;
    switch (*text) {
    case 'n': kind = CSJ_NULL; break;
    case 't': kind = CSJ_TRUE; break;
    case 'f': kind = CSJ_FALSE; break;
    default: kind = CSJ_NUMBER;
    }
    if (kind == CSJ_NUMBER) {
      if (*text != '-' && !is_digit(*text)) return CSJ_BAD_STRUCTURE;
      if (!is_number(text, text_end)) return CSJ_BAD_NUMBER;
    } else if (word != (kind == CSJ_NULL ? "null" : kind == CSJ_TRUE ? "true" : "false")) {
      return CSJ_BAD_LITERAL;
    }
    if (!push(text, text_end, kind)) return CSJ_NO_MEMORY;
    cursor += token.size();
    return CSJ_OK;
  }

  /// A document that is neither an object nor an array: it must be the only token.
  csj_status root_scalar(std::string_view token) {
    if (token.data() + token.size() != end) {
      if (*cursor == '}' || *cursor == ']' || *cursor == ',' || *cursor == ':')
        return CSJ_BAD_STRUCTURE;
      cursor += token.size();
      return CSJ_TRAILING_CONTENT;
    }
    if (*cursor != '"') return plain(token);
    const char *text = cursor + 1;
    const char *quote = trimmed(text, end) - 1;
    if (quote < text || *quote != '"') return CSJ_BAD_STRING;
    if (std::memchr(text, '\\', size_t(quote - text))) return unescaped(document.get_string());
    return push(text, quote, CSJ_STRING) ? CSJ_OK : CSJ_NO_MEMORY;
  }
};

} // namespace

#endif
