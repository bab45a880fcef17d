// A kernel that reads weights through the views of its stage, where they do not lie in reach.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/weights.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>
#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// The weights of some views, packed in logical order, and views of them.
template <class... Views>
struct stored_views {};
template <class First, class... Rest>
struct stored_views<First, Rest...> {
  static constexpr filter extents = First::extents;
  using element = std::remove_cvref_t<decltype(First{}(0, 0, 0, 0))>;
  using view = weights<element, ohwi{extents.out, extents.height, extents.width, extents.in}>;

  element first[view::size];
  [[no_unique_address]] stored_views<Rest...> rest;

  template <int K, class List>
  constexpr void store(const List& from) {
    const auto given = from.template get<K>();
    std::size_t at = 0;
    for (int o = 0; o < extents.out; ++o) {
      for (int h = 0; h < extents.height; ++h) {
        for (int w = 0; w < extents.width; ++w) {
          for (int i = 0; i < extents.in; ++i) first[at++] = given(o, h, w, i);
        }
      }
    }
    if constexpr (sizeof...(Rest) > 0) rest.template store<K + 1>(from);
  }
  /// A list of `before` and views of what is stored here.
  template <class... Before>
  [[nodiscard]] constexpr auto list(Before... before) const {
    if constexpr (sizeof...(Rest) > 0) {
      return rest.list(before..., view(first));
    } else {
      return weight_list<Before..., view>(before..., view(first));
    }
  }
};

/// `Kernel` with the weights of its stage packed, so that a transport brings them.
template <class Kernel, class... Views>
struct with_views : Kernel {
  static_assert(std::is_empty_v<typename Kernel::packed>,
                "xenos: a kernel that reads weights through views packs no others");
  using packed = stored_views<Views...>;

  template <class List>
  static constexpr void pack(const List& views, packed& to) {
    to.template store<0>(views);
  }
  template <class Tile, class List, class Epilogue>
  static void run(const Tile& t, const packed& parameters, const List&, const Epilogue& epilogue) {
    Kernel::run(t, typename Kernel::packed{}, parameters.list(), epilogue);
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
