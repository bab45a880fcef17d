// A planned model with its weights: as views, packed, and as the executors ask for them by unit.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/fingerprint.hpp>
#include <xenos/model/parameters.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// What programs for whole images and for streams have in common. `Planned` (`planned` or
/// `live_planned`) is all that is constant; the only values are views of weights.
template <class Planned>
struct packed_model : Planned {
  using Planned::plan;
  static constexpr int units = plan.unit_count;
  static constexpr int inputs = [] {
    int n = 0;
    for (int i = 0; i < Planned::size; ++i) n += Planned::records[i].kind == role::input;
    return n;
  }();
  static constexpr int outputs = Planned::trace::outputs;

  /// The packed parameters of all units. Programs linked from one model for whole images and for
  /// streams have the same block, so that one may serve both.
  using parameter_block =
      decltype(detail::unit_parameters<Planned>(std::make_integer_sequence<int, units>{}));
  struct weights : parameter_block {};
  using views_type = decltype(detail::record_views(typename Planned::trace::types{}));

  constexpr explicit packed_model(const typename Planned::expression& given) {
    given.template collect<0>(data_);
  }

  /// Packs all parameters in the order the kernels read them: a constant in flash when evaluated at
  /// compile time, at load otherwise. Reads the views given to the expression.
  constexpr void pack(weights& to) const {
    pack_units(to, std::make_integer_sequence<int, units>{});
  }
  [[nodiscard]] constexpr weights pack() const {
    weights packed{};
    pack(packed);
    return packed;
  }

  /// The fingerprint of all weights that were given to the expression, in the order of `records`,
  /// each view in its storage order: a constant where `pack` is one, the same on every target.
  [[nodiscard]] constexpr std::uint32_t fingerprint() const {
    fnv1a hash;
    add_records(hash, std::make_integer_sequence<int, Planned::size>{});
    return hash.value;
  }

  // What the executors ask for, by unit.

  template <int Unit>
  using kernel = typename detail::unit_types<Planned, Unit>::kernel;
  template <int Unit>
  using epilogue = typename detail::unit_types<Planned, Unit>::epilogue_type;

  /// The kernel's packed parameters.
  template <int Unit>
  static constexpr const auto& parameters(const auto& all) {
    return all.template get<Unit>().head;
  }
  /// Pointers to the followers' coefficients, one for each vector.
  template <int Unit, class T>
  static constexpr void coefficients(const auto& all, const T** to) {
    constexpr int vectors = epilogue<Unit>::coefficient_vectors;
    if constexpr (vectors > 0) {
      for (int k = 0; k < vectors; ++k) to[k] = all.template get<Unit>().followers.at[k];
    }
  }
  /// Whether the unit's kernel reads weights where they lie, and whether that of any unit does.
  template <int Unit>
  static constexpr bool reads_views = requires {
    requires kernel<Unit>::reads_views;
  };
  static constexpr bool reads_any_views = []<int... Units>(std::integer_sequence<int, Units...>) {
    return (reads_views<Units> || ...);
  }
  (std::make_integer_sequence<int, units>{});

  /// The weight views of the unit's head, as a type, and of it or a record: a weight_list.
  template <int Unit>
  using views_of = std::remove_cvref_t<
      decltype(std::declval<const views_type&>().template get<plan.units[Unit].head>())>;
  template <int Unit>
  constexpr const auto& views() const {
    return record_views<plan.units[Unit].head>();
  }
  template <int Id>
  constexpr const auto& record_views() const {
    return data_.template get<Id>();
  }

 private:
  [[no_unique_address]] views_type data_{};

  template <int Unit>
  constexpr void pack_unit(weights& to) const {
    using types = detail::unit_types<Planned, Unit>;
    if constexpr (!std::is_empty_v<typename types::packed>) {
      types::pack(data_, to.template get<Unit>());
    }
  }
  template <int... Ids>
  constexpr void add_records(fnv1a& to, std::integer_sequence<int, Ids...>) const {
    (add_record<Ids>(to), ...);
  }
  template <int Id>
  constexpr void add_record(fnv1a& to) const {
    const auto& list = record_views<Id>();
    [&]<int... K>(std::integer_sequence<int, K...>) { (add_view(to, list.template get<K>()), ...); }
    (std::make_integer_sequence<int, std::remove_cvref_t<decltype(list)>::count>{});
  }
  template <class View>
  static constexpr void add_view(fnv1a& to, const View& view) {
    for (std::size_t i = 0; i < View::size; ++i) to.add_element(view.data[i]);
  }
  template <int... Units>
  constexpr void pack_units(weights& to, std::integer_sequence<int, Units...>) const {
    (pack_unit<Units>(to), ...);
  }
};

}  // namespace xenos::inline XENOS_ABI
