// Parameters that a transport brings: how they lie in the buffer of a round.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/range.hpp>
#include <xenos/model/packed.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/rounds.hpp>

#include <cstddef>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// A packed model whose parameters may lie where no kernel can read: then a transport brings them
/// in rounds. The buffer of a round holds, for each unit of the segment, from its parameter_offset
/// on the kernel's parameters (those of some channels only, if the kernel can do with them) and
/// behind them the followers' coefficients.
template <class Planned>
struct brought_model : packed_model<Planned> {
  using base = packed_model<Planned>;
  using base::base;
  using base::plan;
  using typename base::weights;
  static_assert(plan.rounds == 0 || alignof(weights) <= Planned::on.alignment,
                "xenos: parameters that a transport brings need a target of larger alignment, such "
                "as 64");

  // What the executor asks for, by unit; `round` are the channels that the round computes, `terms`
  // those that it adds to their sums if these are cut, else none.

  /// Starts to bring what a round needs into its buffer; false is an error of the transport.
  template <int Unit, class Transport>
  static bool fetch(Transport& by, std::byte* buffer, const weights& all, range round,
                    range terms) {
    constexpr unit u = plan.units[Unit];
    using types = detail::unit_types<Planned, Unit>;
    const range channels = round_channels<Unit>(round);
    std::byte* to = buffer + u.parameter_offset;
    if constexpr (!std::is_empty_v<typename types::packed>) {
      const typename types::packed& from = all.template get<Unit>();
      if constexpr (u.channel_bytes > 0) {
        if constexpr (in_pieces<Unit>) {
          if (!types::kernel::fetch(by, to, from.head, channels, terms)) return false;
        } else {
          if (!types::kernel::fetch(by, to, from.head, channels)) return false;
        }
      } else if constexpr (!std::is_empty_v<decltype(from.head)>) {
        if (!by.start(to, &from.head, sizeof from.head)) return false;
      }
      if constexpr (types::epilogue_type::coefficient_vectors > 0) {
        return by.start(buffer + followers_offset<Unit>(channels, terms), &from.followers,
                        sizeof from.followers);
      }
    }
    return true;
  }

  /// The kernel's parameters in the buffer: as `parameters`, or what the kernel makes of some
  /// channels and terms.
  template <int Unit>
  static decltype(auto) brought_parameters(const std::byte* buffer, range round, range terms) {
    constexpr unit u = plan.units[Unit];
    using types = detail::unit_types<Planned, Unit>;
    using head = decltype(types::packed::head);
    if constexpr (in_pieces<Unit>) {
      return types::kernel::brought(buffer + u.parameter_offset, round, terms);
    } else if constexpr (u.channel_bytes > 0) {
      return types::kernel::brought(buffer + u.parameter_offset, round_channels<Unit>(round));
    } else if constexpr (std::is_empty_v<head>) {
      return head{};
    } else {
      return *reinterpret_cast<const head*>(buffer + u.parameter_offset);
    }
  }

  /// `coefficients` in the buffer.
  template <int Unit, class T>
  static void brought_coefficients(const std::byte* buffer, range round, range terms,
                                   const T** to) {
    constexpr int vectors = detail::unit_types<Planned, Unit>::epilogue_type::coefficient_vectors;
    constexpr int channels = plan.units[Unit].out.channels;
    const std::byte* at = buffer + followers_offset<Unit>(round_channels<Unit>(round), terms);
    for (int k = 0; k < vectors; ++k) to[k] = reinterpret_cast<const T*>(at) + k * channels;
  }

 private:
  /// Whether rounds cut the sums of a unit.
  template <int Unit>
  static constexpr bool in_pieces =
      plan.segments[plan.units[Unit].segment].pieces > 1 && !plan.units[Unit].in_place;
  /// The channels whose parameters a round needs: where rounds do not cut channels, all.
  template <int Unit>
  static constexpr range round_channels(range round) {
    constexpr segment s = plan.segments[plan.units[Unit].segment];
    return s.split.channels * s.rounds > 1 ? round : range{0, plan.units[Unit].out.channels};
  }
  /// Where in the buffer the followers' coefficients begin, behind the kernel's of `channels`.
  template <int Unit>
  static constexpr bytes_t followers_offset(range channels, range terms) {
    constexpr unit u = plan.units[Unit];
    using head = decltype(detail::unit_types<Planned, Unit>::packed::head);
    if constexpr (u.channel_bytes > 0) {
      const bytes_t bytes = detail::head_round_bytes(u, channels.size(), terms.size());
      return u.parameter_offset + align_up(bytes, plan.alignment);
    } else {
      return u.parameter_offset + (std::is_empty_v<head> ? 0 : bytes_t{sizeof(head)});
    }
  }
};

}  // namespace xenos::inline XENOS_ABI
