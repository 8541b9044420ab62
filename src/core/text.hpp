// Small text rules that Supervisor inherits from Python: blanks, case, numbers, paths.
//
// Shared by the configuration modules; pure functions on bytes that are usually UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// Characters, counting an invalid piece as one.
std::size_t count_characters(std::string_view text);

/// Blank in Python's sense, which includes Unicode's.
bool is_blank(char32_t value);
/// Bytes of blanks at the start of `text`.
std::size_t leading_blanks(std::string_view text);
std::string_view strip_left(std::string_view text);
std::string_view strip_right(std::string_view text);
std::string_view strip(std::string_view text);

/// ASCII only: option names and keywords have no other letters.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

std::vector<std::string> split_blanks(std::string_view text);

/// int(text, base) of Python: sign, blanks around, `_` between digits, for base 8 a "0o". Beyond
/// 64 bits the nearest representable number. Unset if `text` is no number.
std::optional<std::int64_t> parse_python_int(std::string_view text, int base = 10);

/// float(text): as above, besides "inf", "infinity" and "nan" in any case. Numbers that are too
/// large are infinite, too small ones zero.
std::optional<double> parse_python_float(std::string_view text);

/// `path` behind `directory`, unless it is absolute itself.
std::string join_path(std::string_view directory, std::string_view path);
/// Everything before the last '/', "/" for a file in the root, empty without any '/'.
std::string_view parent_of(std::string_view path);
/// Without ".", "..", and doubled slashes; textual, links are not followed.
std::string normalize_path(std::string_view path);

}  // namespace ringmaster::core
