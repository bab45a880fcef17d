// The stages of a unit as types, and their weights as the kernels read them.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/kernels/epilogue.hpp>
#include <xenos/kernels/int8/layer.hpp>
#include <xenos/model/fold.hpp>
#include <xenos/model/net.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// Values a channel for followers that have coefficients.
template <class T, int Vectors, int Channels>
struct coefficient_block {
  T at[Vectors][Channels];
};
template <class T, int Channels>
struct coefficient_block<T, 0, Channels> {};

/// Parameters of a unit: the kernel's, and its followers' coefficients. Keyed on nothing but them,
/// so that its name stays short.
template <class Kernel, class Coefficients>
struct packed_unit {
  [[no_unique_address]] Kernel head;
  [[no_unique_address]] Coefficients followers;
};

/// A kernel, or where the target wants it the form of it that is compiled for its shape alone. Both
/// have the same numbers.
template <class Kernel, bool Specialised>
struct kernel_of_size {
  using type = Kernel;
};
template <auto Op, int Width, int Channels, class Kernel>
  requires requires { typename Kernel::specialised; }
struct kernel_of_size<int8_layer<Op, Width, Channels, Kernel>, true> {
  using type = int8_layer<Op, Width, Channels, typename Kernel::specialised>;
};

/// One unit of a planned model as types: kernel, followers, packed parameters.
template <class Planned, int Unit>
struct unit_types {
  static constexpr unit u = Planned::plan.units[Unit];
  using element = element_t<u.type>;
  using kernel = typename kernel_of_size<
      typename record_kernel<typename Planned::trace, u.head,
                             limits_of(Planned::on, Planned::in_place)>::type,
      Planned::on.specialised>::type;

  template <int F>
  using node = record_traits<typename Planned::trace, u.followers[F]>;

  /// Whether the first follower is folded into the kernel's weights.
  static constexpr bool folds() {
    if constexpr (u.follower_count > 0 && kernel::folds) {
      if constexpr (node<0>::computes) return requires {
          node<0>::op.folds_into_weights;
        };
    }
    return false;
  }
  /// Whether follower F runs in the epilogue; outputs only say where the rows go.
  template <int F>
  static constexpr bool runs() {
    return node<F>::computes && !(F == 0 && folds());
  }

  template <int F = 0>
  static constexpr auto follower_types() {
    if constexpr (F == u.follower_count) {
      return type_list<>{};
    } else if constexpr (!runs<F>()) {
      return follower_types<F + 1>();
    } else {
      return type_list<fused_stage<node<F>::op, Planned::records[u.followers[F]].inputs,
                                   u.chain_operand[F]>>{} +
             follower_types<F + 1>();
    }
  }
  template <class... Followers>
  static epilogue<element, Followers...> make_epilogue(type_list<Followers...>);
  using epilogue_type = decltype(make_epilogue(follower_types()));

  using packed =
      packed_unit<typename kernel::packed,
                  coefficient_block<element, epilogue_type::coefficient_vectors, u.out.channels>>;

  /// Fills `to` from the views of the model.
  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    if constexpr (folds()) {
      const auto& linear = views.template get<u.head>();
      const folded_views<std::remove_cvref_t<decltype(linear)>, u.out.channels> folded(
          linear, node<0>::op, views.template get<u.followers[0]>());
      kernel::pack(folded, to.head);
    } else {
      kernel::pack(views.template get<u.head>(), to.head);
    }
    pack_followers<0, 0>(views, to);
  }

 private:
  template <int F, int Vector, class Views>
  static constexpr void pack_followers(const Views& views, packed& to) {
    if constexpr (F < u.follower_count) {
      constexpr int count = [] {
        if constexpr (runs<F>())
          return coefficients_of<std::remove_cvref_t<decltype(node<F>::op)>>();
        return 0;
      }();
      if constexpr (count > 0) {
        const auto& own = views.template get<u.followers[F]>();
        for (int k = 0; k < count; ++k) {
          for (int c = 0; c < u.out.channels; ++c) {
            to.followers.at[Vector + k][c] = element(node<F>::op.coefficient(own, k, c));
          }
        }
      }
      pack_followers<F + 1, Vector + count>(views, to);
    }
  }
};

template <class Planned, int... Units>
auto unit_parameters(std::integer_sequence<int, Units...>)
    -> indexed<type_list<typename unit_types<Planned, Units>::packed...>>;

template <class... Nodes>
auto record_views(type_list<Nodes...>) -> indexed<type_list<typename node_traits<Nodes>::views...>>;

}  // namespace detail

}  // namespace xenos::inline XENOS_ABI
