// xsimd's functions (erf, log, pow, sin ...) on this library's vectors, for operations that need
// more than core/simd.hpp has. Not in the umbrella header: including xsimd costs 0.7 s of
// compiling.
#pragma once

#include <type_traits>

#include <xsimd/xsimd.hpp>

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/simd.hpp>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// The batch that holds `Count` floats or, where xsimd has none so small, the smallest.
template <int Count>
struct batch_for {
  using exact = ::xsimd::make_sized_batch_t<float, static_cast<std::size_t>(Count)>;
  using type = typename std::conditional_t<std::is_void_v<exact>, batch_for<2 * Count>,
                                           std::type_identity<exact>>::type;
};

}  // namespace detail

/// `function` of xsimd's batches, applied to vectors; a number goes through it as it is:
///   template <class V>
///   auto apply(V x) const {
///     return xn::with_xsimd([](auto x) { return erf(x); }, x);
///   }
/// `function` takes batches and, for the scalar definition, float and double (`using std::erf;`).
/// Results have xsimd's errors.
template <class Function, class First, class... Rest>
XENOS_ALWAYS_INLINE auto with_xsimd(const Function& function, First first, Rest... rest) {
  if constexpr (std::is_arithmetic_v<First>) {
    return function(first, rest...);
  } else {
    constexpr int count = sizeof(First) / sizeof(float);
    using batch = typename detail::batch_for<count>::type;
    const auto load = [](const First& value) {
      float values[batch::size] = {};
      value.store(values);
      return batch::load_unaligned(values);
    };
    float values[batch::size];
    function(load(first), load(rest)...).store_unaligned(values);
    return First::load(values);
  }
}

}  // namespace xenos::inline XENOS_ABI
