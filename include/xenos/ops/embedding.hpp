// Rows of tables: for ids, and for places in a sequence.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/endless.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// EMBEDDING_LOOKUP: {steps, 1, 1} ids of int32 make {steps, 1, features}, each the row of the
/// table with that number. An id below 0, or of `rows` or more, makes a row of zeros. View: table
/// {rows, features}, which is read where it lies. Reference: tflite EmbeddingLookup.
struct embedding_attributes {
  int rows = 0;
  int features = 0;

  static constexpr const char* name = "embedding";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr dtype takes = dtype::i32;
  static constexpr dtype makes = dtype::f32;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (rows < 1 || features < 1) return fault::bad_attribute;
    return in[0].row() == 1 ? fault::none : fault::needs_ids;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {in[0].height, 1, features};
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr parameters params(const shapes&) const {
    return {1, 1, {{rows, 1, 1, features}}};
  }

  template <class In, class Weights>
  constexpr float at(const In& in, const Weights& weights, int y, int, int c) const {
    const auto id = in(0, y, 0, 0);
    if (!(id >= 0 && id < rows)) return 0;
    return float(weights.template get<0>()(int(id), 0, 0, c));
  }
  friend constexpr bool operator==(const embedding_attributes&,
                                   const embedding_attributes&) = default;
};

/// Adds to each step of a sequence {steps, 1, features} the row of a table that has its number. A
/// stream may have more steps than the table has rows: they all get the last one. View: table
/// {rows, features}, which is read where it lies.
struct position_attributes {
  int rows = 0;

  static constexpr const char* name = "positions";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (rows < 1) return fault::bad_attribute;
    if (in[0].width != 1) return fault::needs_sequence;
    const bool enough = in[0].height <= rows || in[0].height > tallest_image;
    return enough ? fault::none : fault::positions_missing;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {1, 1, {{rows, 1, 1, in[0].channels}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int, int c) const {
    using value = reference_of<typename In::value_type>;
    return value(in(0, y, 0, c)) + value(weights.template get<0>()(min_of(y, rows - 1), 0, 0, c));
  }
  friend constexpr bool operator==(const position_attributes&,
                                   const position_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
