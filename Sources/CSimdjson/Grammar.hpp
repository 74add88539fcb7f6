#ifndef SLUICE_GRAMMAR_HPP
#define SLUICE_GRAMMAR_HPP

namespace {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The end of the text before `end`, without the white space that follows it.
inline const char *trimmed(const char *begin, const char *end) {
  while (end > begin && is_space(end[-1])) --end;
  return end;
}

/// RFC 8259, section 6. simdjson's own number parsers refuse what does not fit into 64 bits or a
/// double, but a value is stored as its text, whatever its size.
inline bool is_number(const char *at, const char *end) {
  if (at < end && *at == '-') ++at;
  if (at == end || !is_digit(*at)) return false;
  if (*at++ != '0') {
    while (at < end && is_digit(*at)) ++at;
  }
  if (at < end && *at == '.') {
    if (++at == end || !is_digit(*at)) return false;
    while (at < end && is_digit(*at)) ++at;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    if (++at < end && (*at == '+' || *at == '-')) ++at;
    if (at == end || !is_digit(*at)) return false;
    while (at < end && is_digit(*at)) ++at;
  }
  return at == end;
}

} // namespace

#endif
