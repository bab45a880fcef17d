// Reader for NumPy's .npy files, format 1.0 and 2.0: little-endian numbers in C order.
// Host only. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/result.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace xenos::inline XENOS_ABI {

static_assert(std::endian::native == std::endian::little, "npy.hpp reads little-endian data as is");

/// Element types that the reader accepts, named after NumPy's codes.
enum class npy_dtype : unsigned char { f4, f8, i1, i2, i4, i8, u1 };

namespace npy_detail {

template <class T>
inline constexpr bool always_false = false;

template <class T>
consteval npy_dtype dtype_of() {
  if constexpr (std::is_same_v<T, float>) {
    return npy_dtype::f4;
  } else if constexpr (std::is_same_v<T, double>) {
    return npy_dtype::f8;
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 1) {
    return npy_dtype::i1;
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 2) {
    return npy_dtype::i2;
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 4) {
    return npy_dtype::i4;
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 8) {
    return npy_dtype::i8;
  } else if constexpr (std::is_same_v<T, std::uint8_t>) {
    return npy_dtype::u1;
  } else {
    static_assert(always_false<T>, "no .npy element type of this reader matches T");
  }
}

struct dtype_name {
  std::string_view code;
  npy_dtype type;
  std::size_t bytes;
};

inline constexpr std::array<dtype_name, 7> dtype_names{{
    {"<f4", npy_dtype::f4, 4},
    {"<f8", npy_dtype::f8, 8},
    {"|i1", npy_dtype::i1, 1},
    {"<i2", npy_dtype::i2, 2},
    {"<i4", npy_dtype::i4, 4},
    {"<i8", npy_dtype::i8, 8},
    {"|u1", npy_dtype::u1, 1},
}};

/// What the head of a file says, checked against the number of bytes that are there.
struct header {
  npy_dtype dtype{};
  std::vector<std::int64_t> shape;
  std::size_t data_offset = 0;
  std::size_t data_bytes = 0;
};

inline constexpr error malformed{errc::bad_format, "npy: the header is malformed"};

/// Reads the header's Python dictionary. Each function consumes what it recognises and leaves the
/// cursor alone otherwise.
class cursor {
 public:
  explicit cursor(std::string_view text) : rest_(text) {}

  bool accept(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool accept_string(std::string_view& text) {
    skip_space();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return false;
    const std::size_t close = rest_.find(rest_[0], 1);
    if (close == std::string_view::npos) return false;
    text = rest_.substr(1, close - 1);
    rest_.remove_prefix(close + 1);
    return true;
  }

  /// A non-negative decimal number. `overflow` is set when it does not fit.
  bool accept_number(std::int64_t& number, bool& overflow) {
    skip_space();
    std::size_t digits = 0;
    std::int64_t value = 0;
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max();
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      const std::int64_t digit = rest_[digits] - '0';
      if (value > (limit - digit) / 10) {
        overflow = true;
      } else {
        value = value * 10 + digit;
      }
    }
    rest_.remove_prefix(digits);
    number = value;
    return digits > 0;
  }

  bool at_end() {
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() {
    const std::size_t text = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(text == std::string_view::npos ? rest_.size() : text);
  }

  std::string_view rest_;
};

inline constexpr error shape_overflow{errc::overflow, "npy: the product of the shape overflows"};

/// A tuple of extents: `()`, `(3,)`, `(2, 3)`.
inline result<std::vector<std::int64_t>> parse_shape(cursor& in) {
  std::vector<std::int64_t> shape;
  bool overflow = false;
  bool comma = false;
  if (!in.accept("(")) return malformed;
  while (!in.accept(")")) {
    std::int64_t extent = 0;
    if (!shape.empty() && !comma) return malformed;
    if (!in.accept_number(extent, overflow)) return malformed;
    shape.push_back(extent);
    comma = in.accept(",");
  }
  if (shape.size() == 1 && !comma) return malformed;
  if (overflow) return shape_overflow;
  return shape;
}

inline result<npy_dtype> parse_dtype(cursor& in) {
  std::string_view code;
  if (in.accept("[")) return error{errc::unsupported, "npy: structured dtypes are not supported"};
  if (!in.accept_string(code)) return malformed;
  for (const dtype_name& known : dtype_names) {
    if (code == known.code) return known.type;
  }
  if (code.starts_with('>')) return error{errc::unsupported, "npy: the data is big endian"};
  return error{errc::unsupported, "npy: the dtype is not one of <f4 <f8 |i1 <i2 <i4 <i8 |u1"};
}

/// Parses the dictionary: exactly the keys descr, fortran_order and shape, in any order.
inline result<header> parse_dictionary(std::string_view text) {
  cursor in(text);
  header head;
  bool has_dtype = false;
  bool has_order = false;
  bool has_shape = false;
  bool comma = true;
  if (!in.accept("{")) return malformed;
  while (!in.accept("}")) {
    std::string_view key;
    if (!comma || !in.accept_string(key) || !in.accept(":")) return malformed;
    if (key == "descr" && !has_dtype) {
      const result<npy_dtype> dtype = parse_dtype(in);
      if (!dtype) return dtype.error();
      head.dtype = *dtype;
      has_dtype = true;
    } else if (key == "fortran_order" && !has_order) {
      if (in.accept("True")) {
        return error{errc::unsupported, "npy: the data is in Fortran order; save it in C order"};
      }
      if (!in.accept("False")) return malformed;
      has_order = true;
    } else if (key == "shape" && !has_shape) {
      result<std::vector<std::int64_t>> shape = parse_shape(in);
      if (!shape) return shape.error();
      head.shape = *std::move(shape);
      has_shape = true;
    } else {
      return malformed;
    }
    comma = in.accept(",");
  }
  if (!has_dtype || !has_order || !has_shape || !in.at_end()) return malformed;
  return head;
}

/// Bytes that the shape asks for, or an error when the product overflows.
inline result<std::size_t> byte_count(npy_dtype dtype, std::span<const std::int64_t> shape) {
  std::size_t bytes = dtype_names[static_cast<std::size_t>(dtype)].bytes;
  for (const std::int64_t extent : shape) {
    if (extent == 0) return std::size_t{0};
  }
  for (const std::int64_t extent : shape) {
    const auto factor = static_cast<std::uint64_t>(extent);
    if (factor > std::numeric_limits<std::size_t>::max() / bytes) return shape_overflow;
    bytes *= static_cast<std::size_t>(factor);
  }
  return bytes;
}

/// Parses and checks everything before the data. `file` is the complete file.
inline result<header> parse_header(std::span<const std::byte> file) {
  constexpr std::string_view magic = "\x93NUMPY";
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(magic) || text.size() < magic.size() + 2) {
    return error{errc::bad_format, "npy: not an .npy file"};
  }
  const auto byte = [&](std::size_t index) { return std::to_integer<std::size_t>(file[index]); };
  const std::size_t major = byte(6);
  if ((major != 1 && major != 2) || byte(7) != 0) {
    return error{errc::bad_version, "npy: the format version is not 1.0 or 2.0"};
  }

  constexpr error too_long{errc::bad_format, "npy: the header is longer than the file"};
  const std::size_t begin = major == 1 ? 10 : 12;
  if (text.size() < begin) return too_long;
  std::size_t length = byte(8) | byte(9) << 8;
  if (major == 2) length |= byte(10) << 16 | byte(11) << 24;
  if (length > text.size() - begin) return too_long;

  result<header> head = parse_dictionary(text.substr(begin, length));
  if (!head) return head;
  const result<std::size_t> bytes = byte_count(head->dtype, head->shape);
  if (!bytes) return bytes.error();
  head->data_offset = begin + length;
  head->data_bytes = *bytes;
  const std::size_t present = text.size() - head->data_offset;
  if (present < *bytes) {
    return error{errc::size_mismatch, "npy: the data is shorter than the shape says"};
  }
  if (present > *bytes) {
    return error{errc::size_mismatch, "npy: the data is longer than the shape says"};
  }
  return head;
}

}  // namespace npy_detail

/// An array read from an .npy file: element type, extents (outermost first) and the raw data.
struct npy_array {
  npy_dtype dtype{};
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  /// All elements in C order; valid while the array lives.
  /// Errors: type_mismatch when the file holds another type than `T`.
  template <class T>
  result<std::span<const T>> as() const& {
    if (dtype != npy_detail::dtype_of<T>()) {
      return error{errc::type_mismatch, "npy: the array holds another element type"};
    }
    return std::span<const T>(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
  }
  template <class T>
  result<std::span<const T>> as() const&& = delete;

  /// All elements, of which there must be exactly `Count`; valid while the array lives.
  /// Errors: as `as`, and size_mismatch.
  template <class T, std::size_t Count>
  result<std::span<const T, Count>> values() const& {
    const result<std::span<const T>> all = as<T>();
    if (!all) return all.error();
    if (all->size() != Count) {
      return error{errc::size_mismatch, "npy: the array holds another number of elements"};
    }
    return std::span<const T, Count>(all->data(), Count);
  }
  template <class T, std::size_t Count>
  result<std::span<const T, Count>> values() const&& = delete;
};

/// Reads an array from the bytes of an .npy file, which are copied.
/// Errors: bad_format, bad_version, unsupported, overflow, size_mismatch.
inline result<npy_array> parse_npy(std::span<const std::byte> file) {
  result<npy_detail::header> head = npy_detail::parse_header(file);
  if (!head) return head.error();
  const std::span<const std::byte> data = file.subspan(head->data_offset);
  return npy_array{head->dtype, std::move(head->shape), {data.begin(), data.end()}};
}

/// Reads an array from a file. Memory use is bounded by the file's size.
/// Errors: as `parse_npy`, and cannot_open, io_failure.
inline result<npy_array> read_npy(const std::filesystem::path& path) {
  constexpr error cannot_open{errc::cannot_open, "npy: cannot open the file"};
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return cannot_open;
  const std::uintmax_t size = std::filesystem::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file) return cannot_open;

  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::uintmax_t>(file.gcount()) != size) {
    return error{errc::io_failure, "npy: the file could not be read to its end"};
  }

  result<npy_detail::header> head = npy_detail::parse_header(bytes);
  if (!head) return head.error();
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head->data_offset));
  return npy_array{head->dtype, std::move(head->shape), std::move(bytes)};
}

}  // namespace xenos::inline XENOS_ABI
