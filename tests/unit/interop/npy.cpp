#include <xenos/interop/npy.hpp>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "support/data.hpp"
#include "support/seed.hpp"

namespace {

using xenos::errc;
using xenos::npy_array;
using xenos::npy_dtype;
using xenos::parse_npy;
using xenos::result;

/// The bytes of a file with this dictionary; NumPy's padding is not required by the reader.
std::string file_text(const std::string& dictionary, const std::string& data, int major = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(major);
  text += '\0';
  for (int shift = 0; shift < (major == 1 ? 16 : 32); shift += 8) {
    text += static_cast<char>(dictionary.size() >> shift & 0xff);
  }
  return text + dictionary + data;
}

std::string dictionary(const std::string& descr, const std::string& shape,
                       const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape +
         ", }   \n";
}

template <class T>
std::string data_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Parses a copy of exactly the text's size, so that the address sanitizer sees any overrun.
result<npy_array> parse(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return parse_npy(bytes);
}

void require_error(const std::string& text, errc code, const std::string& message) {
  const result<npy_array> array = parse(text);
  REQUIRE_FALSE(array);
  CHECK(array.error() == code);
  CHECK_THAT(array.error().message, Catch::Contains(message));
}

template <class T>
void require_round_trip(const std::string& descr, npy_dtype dtype) {
  INFO(descr);
  const std::vector<T> values{T(1), T(2), T(3), T(4), T(5), T(-6)};
  const result<npy_array> array = parse(file_text(dictionary(descr, "(2, 3)"), data_of(values)));
  REQUIRE(array);
  CHECK(array->dtype == dtype);
  CHECK(array->shape == std::vector<std::int64_t>{2, 3});
  const auto read = array->template as<T>();
  REQUIRE(read);
  CHECK(std::vector<T>(read->begin(), read->end()) == values);
}

/// A folder that is removed with everything in it.
class scratch_folder {
 public:
  scratch_folder()
      : path_(std::filesystem::temp_directory_path() /
              ("xenos-npy-" + std::to_string(std::random_device{}()))) {
    std::filesystem::create_directories(path_);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("every supported element type is read", "[npy]") {
  require_round_trip<float>("<f4", npy_dtype::f4);
  require_round_trip<double>("<f8", npy_dtype::f8);
  require_round_trip<std::int8_t>("|i1", npy_dtype::i1);
  require_round_trip<std::int16_t>("<i2", npy_dtype::i2);
  require_round_trip<std::int32_t>("<i4", npy_dtype::i4);
  require_round_trip<std::int64_t>("<i8", npy_dtype::i8);
  require_round_trip<std::uint8_t>("|u1", npy_dtype::u1);
}

TEST_CASE("scalars, vectors, empty arrays and format 2.0 are read", "[npy]") {
  const std::string one = data_of<float>({1.0f});
  CHECK(parse(file_text(dictionary("<f4", "()"), one))->shape.empty());
  CHECK(parse(file_text(dictionary("<f4", "(1,)"), one))->shape == std::vector<std::int64_t>{1});
  CHECK(parse(file_text(dictionary("<f4", "(1,)"), one, 2))->as<float>()->front() == 1.0f);

  const auto empty = parse(file_text(dictionary("<f4", "(0, 9223372036854775807)"), ""));
  REQUIRE(empty);
  CHECK(empty->as<float>()->empty());
}

TEST_CASE("keys come in any order and with either quote", "[npy]") {
  const std::string text = R"({"shape":(2,),"fortran_order":False,"descr":"|u1"})";
  const result<npy_array> array = parse(file_text(text, "ab"));
  REQUIRE(array);
  CHECK(array->as<std::uint8_t>()->back() == 'b');
}

TEST_CASE("access is checked for type and count", "[npy]") {
  const auto array = parse(file_text(dictionary("<i4", "(3,)"), data_of<std::int32_t>({1, 2, 3})));
  REQUIRE(array);
  CHECK(array->as<float>().error() == errc::type_mismatch);
  CHECK(array->as<std::uint8_t>().error() == errc::type_mismatch);
  CHECK(array->values<float, 3>().error() == errc::type_mismatch);
  CHECK(array->values<std::int32_t, 4>().error() == errc::size_mismatch);

  const auto values = array->values<std::int32_t, 3>();
  REQUIRE(values);
  static_assert(std::remove_cvref_t<decltype(*values)>::extent == 3);
  CHECK((*values)[2] == 3);
}

TEST_CASE("files of another kind are named", "[npy]") {
  const std::string good = file_text(dictionary("<f4", "(1,)"), "abcd");
  require_error("", errc::bad_format, "not an .npy file");
  require_error("\x93NUMP", errc::bad_format, "not an .npy file");
  require_error("\x93NUMPY", errc::bad_format, "not an .npy file");
  require_error("PK\3\4 is a zip", errc::bad_format, "not an .npy file");
  for (const char version : {'\0', '\3', '\x7f'}) {
    std::string other = good;
    other[6] = version;
    require_error(other, errc::bad_version, "version");
  }
  std::string minor = good;
  minor[7] = 1;
  require_error(minor, errc::bad_version, "version");
}

TEST_CASE("a header longer than the file is refused", "[npy]") {
  require_error(file_text(dictionary("<f4", "(1,)"), "").substr(0, 40), errc::bad_format, "longer");
  require_error(std::string("\x93NUMPY\1\0\x10", 9), errc::bad_format, "longer");
  require_error(std::string("\x93NUMPY\2\0\xff\xff\xff\xff{}", 14), errc::bad_format, "longer");
}

TEST_CASE("a malformed header is refused", "[npy]") {
  const std::vector<std::string> headers{
      "",
      "{",
      "{}",
      "descr",
      "{'descr': '<f4'}",
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'shape': (1,)}",
      "{'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f4",
      "{'descr': 4, 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,",
  };
  for (const std::string& header : headers) {
    INFO(header);
    require_error(file_text(header, "abcd"), errc::bad_format, "malformed");
  }
}

TEST_CASE("what the reader does not handle is named", "[npy]") {
  const auto with = [](const std::string& descr) {
    return file_text(dictionary(descr, "(1,)"), "abcd");
  };
  require_error(file_text(dictionary("<f4", "(1,)", "True"), "abcd"), errc::unsupported, "Fortran");
  require_error(with(">f4"), errc::unsupported, "big endian");
  for (const char* descr : {"<f2", "<u4", "|b1", "<c8", "|S4", "f4", ""}) {
    INFO(descr);
    require_error(with(descr), errc::unsupported, "dtype");
  }
  const std::string structured =
      "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }";
  require_error(file_text(structured, "abcd"), errc::unsupported, "structured");
}

TEST_CASE("a shape whose product overflows is refused", "[npy]") {
  for (const char* shape :
       {"(9223372036854775807, 9223372036854775807)", "(9223372036854775807, 3)",
        "(9223372036854775808,)", "(4294967296, 4294967296)", "(99999999999999999999999999, 2)"}) {
    INFO(shape);
    require_error(file_text(dictionary("<f4", shape), "abcd"), errc::overflow, "overflow");
  }
}

TEST_CASE("data must have exactly the shape's size", "[npy]") {
  const std::string head = dictionary("<f4", "(2,)");
  require_error(file_text(head, "1234567"), errc::size_mismatch, "shorter");
  require_error(file_text(head, ""), errc::size_mismatch, "shorter");
  require_error(file_text(head, "123456789"), errc::size_mismatch, "longer");
  require_error(file_text(dictionary("<f4", "(4611686018427387903,)"), "1234"), errc::size_mismatch,
                "shorter");
}

TEST_CASE("files are read from disk", "[npy]") {
  const scratch_folder folder;
  const auto good = folder.write("good.npy", file_text(dictionary("|u1", "(3,)"), "abc"));
  const auto array = xenos::read_npy(good);
  REQUIRE(array);
  CHECK(array->as<std::uint8_t>()->size() == 3);
  CHECK((*array->as<std::uint8_t>())[1] == 'b');

  CHECK(xenos::read_npy(folder.path() / "absent.npy").error() == errc::cannot_open);
  CHECK(xenos::read_npy(folder.path()).error() == errc::cannot_open);
  CHECK(xenos::read_npy(folder.write("empty.npy", "")).error() == errc::bad_format);
  CHECK(xenos::read_npy(folder.write("short.npy", file_text(dictionary("|u1", "(3,)"), "ab")))
            .error() == errc::size_mismatch);
}

TEST_CASE("the reference data are read where they are installed", "[npy]") {
  const auto data = xenos_test::data_folder();
  if (!data) return;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*data)) {
    if (entry.path().extension() != ".npy") continue;
    INFO(entry.path());
    const result<npy_array> array = xenos::read_npy(entry.path());
    REQUIRE(array);
    ++files;
  }
  CHECK(files > 0);
}

TEST_CASE("mutated files never crash the reader", "[npy][fuzz]") {
  INFO("XENOS_SEED=" << std::hex << xenos_test::seed());
  std::mt19937 random(xenos_test::seed());
  const std::string floats = data_of<float>({1, 2, 3, 4, 5, 6});
  const std::vector<std::string> sources{
      file_text(dictionary("<f4", "(2, 3)"), floats),
      file_text(dictionary("|i1", "(24,)"), floats),
      file_text(dictionary("<f8", "(1, 1, 3)"), floats, 2),
      file_text(dictionary("<i8", "()"), floats.substr(0, 8)),
  };
  const std::string alphabet = "{}()[]'\",:0123456789<>|=fiuTrueFalse \n\xff";
  const auto below = [&](std::size_t bound) { return random() % bound; };

  std::size_t accepted = 0;
  std::size_t consistent = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = sources[below(sources.size())];
    for (std::size_t edits = 1 + below(4); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text[at] = alphabet[below(alphabet.size())]; break;
        case 2: text.erase(at, 1 + below(8)); break;
        case 3: text.insert(at, 1 + below(4), alphabet[below(alphabet.size())]); break;
        case 4: text.resize(at); break;
        default: text[6 + below(6)] = static_cast<char>(random()); break;
      }
      text.resize(std::max<std::size_t>(text.size(), 12), ' ');
    }
    const result<npy_array> array = parse(text);
    if (!array) continue;
    ++accepted;
    std::size_t elements = 1;
    for (const std::int64_t extent : array->shape) elements *= static_cast<std::size_t>(extent);
    const std::size_t size =
        xenos::npy_detail::dtype_names[static_cast<std::size_t>(array->dtype)].bytes;
    consistent += array->bytes.size() == elements * size;
  }
  CHECK(accepted > 0);
  CHECK(consistent == accepted);
}
