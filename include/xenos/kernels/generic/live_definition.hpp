// Runs an operation by its scalar definition on rows without end.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/kernels/generic/definition.hpp>
#include <xenos/kernels/kernel.hpp>

namespace xenos::inline XENOS_ABI {

/// A tile of a stream. `heights[k]` is that of input k, counted as `first` is: the input's nominal
/// height until its end is known.
template <class In, class Out>
struct live_tile : tile<In, Out> {
  const int* heights;
};

namespace generic {

/// As by_definition, but heights are known at run time only.
template <auto Op, shapes In, class T>
struct live_definition : kernel_defaults {
  static constexpr shape out = output_of(Op, In);

  template <class Views, class Epilogue>
  static void run(const live_tile<T, T>& t, const no_parameters&, const Views& views,
                  const Epilogue& epilogue) {
    reader in{t, {}};
    for (int k = 0; k < In.count; ++k) in.origin[k] = access_of(Op, In, k).rows.first(t.first);
    if constexpr (sequential_operation<std::remove_cvref_t<decltype(Op)>>) {
      define_steps<Op, In, T>(t, in, views, epilogue);
    } else {
      for (int r = 0; r < t.rows; ++r) {
        const auto finish = epilogue.row(r);
        for (int x = 0, at = 0; x < out.width; ++x) {
          for (int c = 0; c < out.channels; ++c, ++at) {
            t.out[r][at] = T(finish(T(define(Op, in, views, In, t.first + r, x, c)), at, c));
          }
        }
      }
    }
  }

 private:
  struct reader {
    using value_type = T;
    const live_tile<T, T>& t;
    int origin[max_streams];

    [[nodiscard]] shape extent(int input) const {
      return {t.heights[input], In[input].width, In[input].channels};
    }
    T operator()(int input, int y, int x, int c) const {
      return t.in[input][y - origin[input]][x * In[input].channels + c];
    }
  };
};

}  // namespace generic

/// The kernel that takes a kernel's place in a stream; most run there as they are.
template <class Kernel>
struct live_kernel {
  using type = Kernel;
  static constexpr bool needs_heights = false;
};
template <auto Op, shapes In, class T>
struct live_kernel<generic::by_definition<Op, In, T>> {
  using type = generic::live_definition<Op, In, T>;
  static constexpr bool needs_heights = true;
};

}  // namespace xenos::inline XENOS_ABI
