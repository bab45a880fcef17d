// Which kernel runs a stage.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/generic/copy.hpp>
#include <xenos/kernels/generic/definition.hpp>
#include <xenos/kernels/generic/depthwise.hpp>
#include <xenos/kernels/generic/elementwise.hpp>
#include <xenos/kernels/generic/gather.hpp>
#include <xenos/kernels/generic/group_norm.hpp>
#include <xenos/kernels/generic/norm.hpp>
#include <xenos/kernels/generic/pool.hpp>
#include <xenos/kernels/generic/quantised_bilinear.hpp>
#include <xenos/kernels/generic/quantised_reduce.hpp>
#include <xenos/kernels/generic/quantize.hpp>
#include <xenos/kernels/generic/ranking.hpp>
#include <xenos/kernels/generic/recurrent.hpp>
#include <xenos/kernels/generic/requantised_transposed.hpp>
#include <xenos/kernels/generic/transposed_conv.hpp>
#include <xenos/kernels/generic/upsample.hpp>
#include <xenos/kernels/int8/layer.hpp>
#include <xenos/kernels/int8/select.hpp>
#include <xenos/kernels/transformer.hpp>
#include <xenos/kernels/wide/conv.hpp>
#include <xenos/kernels/wide/depthwise.hpp>
#include <xenos/kernels/wide/transposed.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/dense.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/group_norm.hpp>
#include <xenos/ops/norm.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/quantize.hpp>
#include <xenos/ops/ranking.hpp>
#include <xenos/ops/recurrent.hpp>
#include <xenos/ops/reduce.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/ops/row_pool.hpp>
#include <xenos/ops/shuffle.hpp>
#include <xenos/ops/slice.hpp>
#include <xenos/ops/softmax.hpp>
#include <xenos/ops/transposed_conv.hpp>
#include <xenos/ops/upsample.hpp>

namespace xenos::inline XENOS_ABI {

namespace generic {

constexpr conv_geometry geometry_of(const conv& op, const shapes& in) {
  const sliding g = op.geometry(in);
  return {.width = g.columns.out,
          .in_channels = in[0].channels / op.groups,
          .out_channels = op.out / op.groups,
          .groups = op.groups,
          .kernel_height = op.kernel.height,
          .kernel_width = op.kernel.width,
          .stride_height = op.stride.height,
          .stride_width = op.stride.width,
          .dilation_height = op.dilation.height,
          .dilation_width = op.dilation.width,
          .left = g.columns.before,
          .in_pixel = in[0].channels,
          .out_pixel = op.out};
}
constexpr depthwise_geometry geometry_of(const depthwise& op, const shapes& in) {
  const sliding g = op.geometry(in);
  return {.width = g.columns.out,
          .channels = in[0].channels * op.multiplier,
          .multiplier = op.multiplier,
          .kernel_height = op.kernel.height,
          .kernel_width = op.kernel.width,
          .stride_height = op.stride.height,
          .stride_width = op.stride.width,
          .dilation_height = op.dilation.height,
          .dilation_width = op.dilation.width,
          .left = g.columns.before};
}

/// The register block of a convolution of maps of `height` x `width` pixels. Accumulators, one
/// column of weights and one broadcast value fit the registers; pixels are dealt out evenly over a
/// row's blocks, and narrow rows share a block.
template <class T>
constexpr register_block conv_block(int height, int width, int channels, int vector_bytes) {
  const int lanes = lane_count<T>(vector_bytes);
  if (lanes == 1) return width == 1 ? register_block{1, 4, 1} : register_block{2, 4, 1};
  const int registers = XENOS_VECTOR_REGISTERS;
  // Not a matter of the height, so that packed weights serve streams too (see filter_layout). One
  // row of one pixel needs several sums that do not wait for each other.
  const int vectors = min_of(ceil_div(channels, lanes), width == 1 ? 4 : 2);
  const int most = (registers - vectors - 1) / vectors;
  const int blocks = ceil_div(width, most);
  const int pixels = ceil_div(width, blocks);
  return {pixels, vectors, lanes, max_of(1, min_of(most / pixels, height))};
}

/// The register block of a transposed convolution: a power of two of pixels that meet the same
/// taps.
template <class T>
constexpr register_block transposed_block(int pixels, int channels, int vector_bytes) {
  const int lanes = lane_count<T>(vector_bytes);
  if (lanes == 1) return {pixels == 1 ? 1 : 2, 4, 1};
  if (pixels == 1) return {1, min_of(ceil_div(channels, lanes), 8), lanes};
  return {XENOS_VECTOR_REGISTERS >= 32 ? 8 : 4, min_of(ceil_div(channels, lanes), 2), lanes};
}

/// The register block of a depthwise convolution: two rows of about four pixels, as many as make a
/// row of whole blocks; more rows would need more of the first-level cache than most have.
template <class T>
constexpr depthwise_block depthwise_block_of(int height, int width, int vector_bytes) {
  const int lanes = lane_count<T>(vector_bytes);
  if (lanes == 1) return {1, 4, 1};
  int pixels = min_of(width, 4);
  for (const int wider : {5, 6, 7}) {
    if (width % pixels != 0 && width % wider == 0) pixels = wider;
  }
  return {min_of(height, 2), pixels, lanes};
}

}  // namespace generic

/// The kernel of operation `Op` on inputs of shapes `In` with elements T and vectors of at most
/// `VectorBytes`, as member `type`. Kernels are keyed on what matters to them only, so that equal
/// layers share one instantiation. A user's kernel is a specialisation for his operation: nothing
/// else is to be registered.
template <auto Op, shapes In, class T, int VectorBytes>
struct kernel_for {
  using type = generic::by_definition<Op, In, T>;
};

template <auto Op, shapes In, class T, int VectorBytes>
  requires one_to_one_operation<std::remove_cvref_t<decltype(Op)>>
struct kernel_for<Op, In, T, VectorBytes> {
  using type =
      generic::map_rows<Op, In.count, In[0].width, In[0].channels, lane_count<T>(VectorBytes), T>;
};

template <conv Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr generic::conv_geometry geometry = generic::geometry_of(Op, In);
  using type = generic::direct_conv<geometry,
                                    generic::conv_block<T>(Op.output(In).height, geometry.width,
                                                           geometry.out_channels, VectorBytes),
                                    T>;
};

/// A dense layer is a 1x1 convolution of rows of one pixel.
template <fc Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes>
    : kernel_for<conv{.out = Op.out, .padding = valid}, In, T, VectorBytes> {};

template <lstm_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr auto block = generic::gate_block<T>(Op.hidden, VectorBytes);
  using type = generic::recurrent_rows<
      generic::lstm_cell<generic::recurrent_geometry{In[0].channels, Op.hidden}, block, T>, T>;
};
template <gru_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr auto block = generic::gate_block<T>(Op.hidden, VectorBytes);
  using type = generic::recurrent_rows<
      generic::gru_cell<generic::recurrent_geometry{In[0].channels, Op.hidden}, Op.reset_after,
                        block, T>,
      T>;
};

template <transposed_conv Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr generic::transposed_geometry geometry{.rows = Op.rows(In),
                                                         .columns = Op.columns(In),
                                                         .in_channels = In[0].channels / Op.groups,
                                                         .out_channels = Op.out / Op.groups,
                                                         .groups = Op.groups};
  // Pixels that meet the same taps are what a block holds.
  static constexpr int same_phase = ceil_div(geometry.columns.out, geometry.columns.stride);
  using type = generic::direct_transposed<
      geometry, generic::transposed_block<T>(same_phase, geometry.out_channels, VectorBytes), T>;
};

template <depthwise Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr generic::depthwise_geometry geometry = generic::geometry_of(Op, In);
  using type = generic::direct_depthwise<
      geometry, generic::depthwise_block_of<T>(Op.output(In).height, geometry.width, VectorBytes),
      T>;
};

/// Layers of int8 with kernels of their own.
template <requantised<conv> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr shape out = Op.output(In);
  using type = int8_layer<
      Op, out.width, out.channels,
      typename int8::conv_kernel<generic::geometry_of(Op.op, In), out.height, VectorBytes>::type>;
};
template <requantised<fc> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr shape out = Op.output(In);
  static constexpr conv pointwise{.out = Op.op.out, .padding = valid};
  using type = int8_layer<Op, out.width, out.channels,
                          typename int8::conv_kernel<generic::geometry_of(pointwise, In),
                                                     out.height, VectorBytes>::type>;
};
template <requantised<depthwise> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr shape out = Op.output(In);
  using type = int8_layer<Op, out.width, out.channels,
                          typename int8::depthwise_kernel<generic::geometry_of(Op.op, In),
                                                          out.height, VectorBytes>::type>;
};

template <requantised<transposed_conv> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::requantised_transposed<Op, In[0]>;
};
/// Layers of int16 and int32.
template <wide_layer<conv> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = wide::conv_rows<Op, generic::geometry_of(Op.op, In), T>;
};
template <wide_layer<fc> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr conv pointwise{.out = Op.op.out, .padding = valid};
  using type = wide::conv_rows<Op, generic::geometry_of(pointwise, In), T>;
};
template <wide_layer<depthwise> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = wide::depthwise_rows<Op, generic::geometry_of(Op.op, In), T>;
};
template <wide_layer<transposed_conv> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = wide::transposed_rows<Op, In[0], T>;
};

template <wide_softmax Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::wide_softmax_rows<Op, In[0].width, In[0].channels>;
};
template <integer_softmax Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::integer_softmax_rows<Op, In[0].width, In[0].channels>;
};
template <auto Op, shapes In, class T, int VectorBytes>
  requires is_quantize<std::remove_cvref_t<decltype(Op)>>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::convert_rows<Op, In[0].width, In[0].channels, 1, float, T>;
};
template <auto Op, shapes In, class T, int VectorBytes>
  requires is_convert<std::remove_cvref_t<decltype(Op)>>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::convert_rows<Op, In[0].width, In[0].channels, 1, element_t<Op.type>, T>;
};
template <dequantize_from Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::convert_rows<Op, In[0].width, In[0].channels, lane_count<T>(VectorBytes),
                                     element_t<Op.type>, T>;
};

template <average_pool Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr sliding g = Op.geometry(In);
  using type = generic::direct_pool<reduction::mean,
                                    generic::pool_geometry{g.rows, g.columns, In[0].channels,
                                                           Op.accumulates(In)},
                                    lane_count<T>(VectorBytes), T>;
};
template <max_pool Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr sliding g = Op.geometry(In);
  using type = generic::direct_pool<
      reduction::max, generic::pool_geometry{g.rows, g.columns, In[0].channels, Op.accumulates(In)},
      lane_count<T>(VectorBytes), T>;
};
template <global_pool<pooling::average> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> : kernel_for<Op.window(In), In, T, VectorBytes> {};
template <global_pool<pooling::maximum> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> : kernel_for<Op.window(In), In, T, VectorBytes> {};

/// A reduction is a pool over all of an axis; over channels, one of rows of single elements.
template <auto Op, shapes In, class T, int VectorBytes>
  requires(is_reduce<std::remove_cvref_t<decltype(Op)>> ||
           is_quantised_reduce<std::remove_cvref_t<decltype(Op)>>)
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr axis over(int extent, int kernel) {
    return slide(extent, kernel, kernel == extent ? 1 : kernel, 1, margins::rule::valid, 0, 0);
  }
  static constexpr int column = Op.channels ? In[0].channels : 1;  // elements that count as one
  static constexpr int width = column * In[0].width;
  static constexpr generic::pool_geometry geometry{
      over(In[0].height, Op.rows ? In[0].height : 1), over(width, Op.columns ? width : column),
      Op.channels ? 1 : In[0].channels, Op.accumulates(In)};
  using pool = generic::direct_pool<Op.kind, geometry, lane_count<T>(VectorBytes), T>;
  using type = std::conditional_t<is_reduce<std::remove_cvref_t<decltype(Op)>>, pool,
                                  generic::scaled_reduction<Op, pool, T>>;
};
template <row_pool<pooling::average> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> : kernel_for<Op.window(In), In, T, VectorBytes> {};
template <row_pool<pooling::maximum> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> : kernel_for<Op.window(In), In, T, VectorBytes> {};

template <softmax_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type =
      generic::softmax_rows<Op, In[0].width, In[0].channels, lane_count<T>(VectorBytes), T>;
};

template <layer_norm_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::norm_rows<Op, In[0].width, In[0].channels, lane_count<T>(VectorBytes), T>;
};
template <rms_norm_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::norm_rows<Op, In[0].width, In[0].channels, lane_count<T>(VectorBytes), T>;
};

template <group_moments Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::moments_rows<Op.groups, In[0], lane_count<T>(VectorBytes), T>;
};
template <group_norm_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type =
      generic::group_norm_rows<Op, In[0].width, In[0].channels, lane_count<T>(VectorBytes), T>;
};
template <ranked_indices<reduction::max> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type =
      generic::ranked_rows<reduction::max, true, Op.k, In[0].width, In[0].channels, VectorBytes>;
};
template <ranked_indices<reduction::min> Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type =
      generic::ranked_rows<reduction::min, true, Op.k, In[0].width, In[0].channels, VectorBytes>;
};
template <top_values_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type =
      generic::ranked_rows<reduction::max, false, Op.k, In[0].width, In[0].channels, VectorBytes>;
};

template <concat_channels Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::concat_rows<In, T>;
};
template <zero_pad Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::pad_rows<Op, In[0], T>;
};
template <reshape_to Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::reshape_rows<In[0], Op.to, T>;
};
template <flatten_all Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::reshape_rows<In[0], Op.output(In), T>;
};

template <slice Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  static constexpr shape out = Op.output(In);
  using type = generic::slice_rows<generic::slice_geometry{.width = out.width,
                                                           .channels = out.channels,
                                                           .column = Op.begin.width,
                                                           .channel = Op.begin.channels,
                                                           .in_pixel = In[0].channels},
                                   T>;
};
template <channel_part Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> : kernel_for<Op.as_slice(In), In, T, VectorBytes> {};
template <channel_shuffle Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::shuffle_rows<Op.groups, In[0].width, In[0].channels, T>;
};

template <row_reversal Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::reverse_rows<In[0].height, In[0].width, In[0].channels, T>;
};
template <transpose Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::transpose_rows<Op, In[0], T>;
};
template <nearest Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::nearest_rows<Op, In[0].width, In[0].channels, T>;
};
template <bilinear Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::bilinear_rows<Op, In[0], T>;
};
template <quantised_bilinear Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::quantised_bilinear_rows<Op, In[0]>;
};

}  // namespace xenos::inline XENOS_ABI
