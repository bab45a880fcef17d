// What can be wrong with a model, each with its remedy: one list for the compiler's messages and
// for planning at run time.
#pragma once

#include <xenos/config/abi.hpp>

#include <cstdint>

/// The faults, X(name). The text of each is the macro below of that name: a string literal, because
/// static_assert takes nothing else, and a macro of its own, because compilers then point to the
/// assertion and not into a list of macros.
#define XENOS_FAULTS(X)       \
  X(bad_attribute)            \
  X(negative_padding)         \
  X(padding_exceeds_kernel)   \
  X(padding_exceeds_output)   \
  X(bad_output_padding)       \
  X(groups_do_not_divide)     \
  X(heads_do_not_divide)      \
  X(needs_ids)                \
  X(positions_missing)        \
  X(attention_extents_differ) \
  X(matmul_extents_differ)    \
  X(window_exceeds_input)     \
  X(wrong_stream_count)       \
  X(too_many_streams)         \
  X(branches_differ)          \
  X(rows_or_columns_differ)   \
  X(element_types_differ)     \
  X(unknown_element_type)     \
  X(quantisation_missing)     \
  X(quantisation_unused)      \
  X(quantisation_too_fine)    \
  X(quantisation_asymmetric)  \
  X(no_integer_form)          \
  X(indices_only_move)        \
  X(no_wide_form)             \
  X(needs_one_pixel_rows)     \
  X(needs_sequence)           \
  X(reshape_changes_elements) \
  X(slice_exceeds_input)      \
  X(parts_do_not_divide)      \
  X(not_a_permutation)        \
  X(weight_extents_differ)    \
  X(weight_types_differ)      \
  X(array_length_differs)     \
  X(parameters_missing)       \
  X(empty_shape)              \
  X(scratchpad_too_small)     \
  X(memory_too_small)         \
  X(parameters_too_large)     \
  X(stages_share_no_memory)   \
  X(policy_allows_nothing)    \
  X(unknown_tap)              \
  X(no_input)                 \
  X(open_streams)             \
  X(needs_all_rows)           \
  X(padding_needs_height)     \
  X(input_has_height)         \
  X(input_is_endless)         \
  X(branches_drift)           \
  X(user_fault)

#define XENOS_DETAIL_TEXT_bad_attribute                                                 \
  "an attribute of this stage is out of range; give kernel, stride, dilation, groups, " \
  "multiplier, factor and out values of at least 1, and epsilon one of at least 0"
#define XENOS_DETAIL_TEXT_negative_padding                                                         \
  "padding is negative; pad with 0 or more rows and columns, and use a smaller kernel or `valid` " \
  "to read less"
#define XENOS_DETAIL_TEXT_padding_exceeds_kernel                                                \
  "the padding of this pool is as large as its kernel, so that some windows are empty; pad by " \
  "less than the kernel"
#define XENOS_DETAIL_TEXT_padding_exceeds_output \
  "the padding of this transposed convolution takes away all of its output; pad by less"
#define XENOS_DETAIL_TEXT_bad_output_padding                                                      \
  "output_padding must be at least 0 and smaller than the stride or the dilation, and goes with " \
  "`valid` and xn::pads only"
#define XENOS_DETAIL_TEXT_groups_do_not_divide \
  "groups must divide the input's channels and, in a convolution, `out`; change `groups` or `out`"
#define XENOS_DETAIL_TEXT_heads_do_not_divide                                                    \
  "the heads of xn::attention must divide the channels of its queries, keys and values; change " \
  "`heads`, or `out` of the layers before"
#define XENOS_DETAIL_TEXT_needs_ids                                                   \
  "xn::embedding reads ids, std::int32_t, one a row, and its input is not so; write " \
  "xn::input<std::int32_t, xn::sequence(steps, 1)> | xn::embedding<...>(table)"
#define XENOS_DETAIL_TEXT_positions_missing                                                        \
  "the table of xn::positions has fewer rows than this sequence has steps; give it more, or make " \
  "the sequence shorter"
#define XENOS_DETAIL_TEXT_attention_extents_differ                                                \
  "the streams of xn::attention do not fit: queries and keys need equal channels, keys and "      \
  "values equal rows (with `causal` the queries' too), and a mask as many channels as there are " \
  "keys, and one row or one for each query"
#define XENOS_DETAIL_TEXT_matmul_extents_differ                                             \
  "the inner extents of xn::matmul differ, or its columns: {rows, batch, inner} goes with " \
  "{inner, batch, columns}; a transposed operand has rows and channels exchanged"
#define XENOS_DETAIL_TEXT_window_exceeds_input                                                    \
  "the kernel (with its dilation) is larger than the padded input; use a smaller kernel or more " \
  "padding"
#define XENOS_DETAIL_TEXT_wrong_stream_count                                                    \
  "this stage reads another number of streams than reaches it; join the branches of a fork by " \
  "xn::add, xn::mul or xn::concat, and put xn::fork(a, b) before a join (before xn::attention " \
  "xn::fork(queries, keys, values), and a fourth branch if it has a mask)"
#define XENOS_DETAIL_TEXT_too_many_streams                                                    \
  "more than eight streams leave this fork; join some of its branches before it ends (inner " \
  "forks count too)"
#define XENOS_DETAIL_TEXT_branches_differ                                                     \
  "the branches that meet here have different shapes; give them equal shapes (a body with a " \
  "stride or another `out` needs a shortcut: xn::residual(body, shortcut))"
#define XENOS_DETAIL_TEXT_rows_or_columns_differ                                           \
  "the branches of xn::concat differ in height or width, and only channels may; give all " \
  "branches the same strides"
#define XENOS_DETAIL_TEXT_element_types_differ                                                    \
  "the streams that meet here have different element types; give the model's inputs one element " \
  "type, and streams of integers one quantisation (only xn::add_to, xn::sub_to and xn::mul_to "   \
  "join several, of int32 only xn::mul_to)"
#define XENOS_DETAIL_TEXT_unknown_element_type \
  "streams cannot hold this element type; use float, std::int8_t, std::int16_t or std::int32_t"
#define XENOS_DETAIL_TEXT_quantisation_missing                                                 \
  "a stream of integers has no quantisation here, or none that int8 can have (scale above 0, " \
  "zero_point from -128 to 127, not rounding::down); give it to inputs, "                      \
  "xn::input<std::int8_t, shape, xn::quantisation{scale, zero_point}>, to layers as their "    \
  "attribute `to`, and to joins and functions by xn::add_to, xn::gelu_to and the like, or "    \
  "xn::residual<quantisation>"
#define XENOS_DETAIL_TEXT_quantisation_unused                                                  \
  "a quantisation is given where none is made: streams of float have none, and what moves or " \
  "picks integers keeps theirs; leave it out, or put xn::quantize<xn::quantisation{scale, "    \
  "zero_point}> before this stage"
#define XENOS_DETAIL_TEXT_quantisation_too_fine                                                  \
  "the scale of `to` is too small for that of this stage's input (xn::hard_swish_to needs more " \
  "than a 128th of it, as TFLite does); give a larger one"
#define XENOS_DETAIL_TEXT_quantisation_asymmetric                                               \
  "integers of more than 8 bits are quantised symmetrically: give a zero_point of 0; and with " \
  "int32, or weights of int16, a scale that is a power of two, as xn::q15 and xn::q31"
#define XENOS_DETAIL_TEXT_no_wide_form                                                             \
  "this stage does not compute with elements of this type, int16 or int32; put xn::dequantize or " \
  "xn::quantize<quantisation> (which makes int8) before it"
#define XENOS_DETAIL_TEXT_no_integer_form                                                         \
  "this stage computes with float only and its input is int8; put xn::dequantize before it, and " \
  "xn::quantize<xn::quantisation{scale, zero_point}> where integers begin again"
#define XENOS_DETAIL_TEXT_indices_only_move                                                        \
  "this stage computes and its input are indices (std::int32_t), which can only be moved, by "     \
  "xn::reshape, xn::crop, xn::concat, xn::permute and the like, or look up rows (xn::embedding); " \
  "make them an output"
#define XENOS_DETAIL_TEXT_needs_one_pixel_rows                                                  \
  "xn::dense reads rows of one pixel, this input is wider; put xn::flatten (or a global pool) " \
  "before it"
#define XENOS_DETAIL_TEXT_needs_sequence                                             \
  "this stage reads a sequence, rows of one pixel, and its input is wider; use its " \
  "two-dimensional form, or xn::reshape<xn::sequence(steps, features)> before it"
#define XENOS_DETAIL_TEXT_reshape_changes_elements \
  "xn::reshape must keep the number of elements; make height * width * channels equal"
#define XENOS_DETAIL_TEXT_slice_exceeds_input                                                \
  "the slice is empty or reaches beyond its input; keep begin + size within each extent (a " \
  "size of -1 takes all the rest)"
#define XENOS_DETAIL_TEXT_parts_do_not_divide                                            \
  "the branches of xn::split_into get equal parts of the channels, and these cannot be " \
  "divided so; change their number, or take unequal parts by xn::fork and xn::crop"
#define XENOS_DETAIL_TEXT_not_a_permutation \
  "the order of a transpose must name 0 (rows), 1 (columns) and 2 (channels) once each"
#define XENOS_DETAIL_TEXT_weight_extents_differ                                                \
  "the extents of these weights do not fit the stage and its input; make `has` equal `needs` " \
  "(out, height, width, in), or name the order the data has (xn::ohwi, oihw, hwio, ...)"
#define XENOS_DETAIL_TEXT_weight_types_differ                                                      \
  "a weight view of this stage has the wrong element type; behind a stream of int8 a layer takes " \
  "weights of std::int8_t, scales of float and then its bias of std::int32_t; behind int16 the "   \
  "same with a bias of std::int64_t, or weights of std::int16_t and that bias, behind int32 "      \
  "weights of std::int32_t"
#define XENOS_DETAIL_TEXT_array_length_differs                                                    \
  "the array's length is not that of the weights' extents; correct the extents, or for a length " \
  "known only at run time use xn::checked_weights"
#define XENOS_DETAIL_TEXT_parameters_missing                                                       \
  "this stage takes another number of weight views; give them in brackets, weights first and the " \
  "bias (which may be left out) last: xn::conv2d<...>(weights, bias)"
#define XENOS_DETAIL_TEXT_empty_shape \
  "a shape has an extent of 0 or less; make all extents at least 1"
#define XENOS_DETAIL_TEXT_scratchpad_too_small                                               \
  "one stage alone needs more scratchpad than the target has; use a larger scratchpad or a " \
  "smaller row (width * channels)"
#define XENOS_DETAIL_TEXT_parameters_too_large                                                 \
  "the parameters of this stage, or the fewest of them that its kernel can work with, do not " \
  "fit a parameter buffer (three eighths of the scratchpad); use a target with a larger "      \
  "scratchpad, or one that reads parameters in place"
#define XENOS_DETAIL_TEXT_stages_share_no_memory                                                   \
  "the stages of a pipeline hand rows on through memory that they share: the target's cores must " \
  "be coherent and read parameters in place; use such a target, or another split policy"
#define XENOS_DETAIL_TEXT_memory_too_small                                                  \
  "the model's arena exceeds the target's memory; use a target with more memory, a larger " \
  "scratchpad (it links more), or a smaller model"
#define XENOS_DETAIL_TEXT_policy_allows_nothing                                                  \
  "no segments that this policy allows are a plan that fits the target; allow shorter segments " \
  "and smaller tiles in the policy's `allows`, or plan for the target it was written for"
#define XENOS_DETAIL_TEXT_unknown_tap                                                              \
  "xn::from names a tap that no earlier stage of this model has; put xn::tap of that name before " \
  "it"
#define XENOS_DETAIL_TEXT_no_input \
  "this expression does not start with xn::input; write xn::input<float, xn::hwc{...}> | ..."
#define XENOS_DETAIL_TEXT_open_streams                                                     \
  "a fork is left open at the end of the model; join its branches by xn::add, xn::mul or " \
  "xn::concat, or list them as results by xn::outputs"
#define XENOS_DETAIL_TEXT_needs_all_rows                                                           \
  "this stage needs all rows of its input, and a stream has no last row; pool over time by "       \
  "xn::sliding_pool<rows>, give causal attention a `window`, reshape within rows only, and leave " \
  "out what reads the image as a "                                                                 \
  "whole"
#define XENOS_DETAIL_TEXT_padding_needs_height                                              \
  "which rows this stage reads depends on the height of its input, and a stream has none; " \
  "with a stride pad rows by xn::causal, xn::valid or xn::pads instead of xn::same"
#define XENOS_DETAIL_TEXT_input_has_height                                                       \
  "this input has a height, so that the model is one for whole images; xn::stream takes models " \
  "whose inputs are endless: xn::input<float, xn::rows_of(width, channels)>"
#define XENOS_DETAIL_TEXT_input_is_endless                                                 \
  "an input of this model is endless, and xn::link plans whole images; give it a height: " \
  "xn::input<float, xn::hwc{height, width, channels}>, or run the model live by xn::stream"
#define XENOS_DETAIL_TEXT_branches_drift                                                         \
  "the branches that meet here do not make the same rows from every number of input rows; give " \
  "them equal strides and the same padding where they have strides"
#define XENOS_DETAIL_TEXT_user_fault \
  "an operation of the user's rejects its input; see its member `check`"

namespace xenos::inline XENOS_ABI {

/// Why a stage, a model or a target does not fit. `none` is success.
enum class fault : std::uint8_t {
  none,
#define XENOS_DETAIL_NAME(name) name,
  XENOS_FAULTS(XENOS_DETAIL_NAME)
#undef XENOS_DETAIL_NAME
};

/// The text of a fault, static storage.
constexpr const char* text(fault why) {
  switch (why) {
    case fault::none: return "no fault";
#define XENOS_DETAIL_CASE(name) \
  case fault::name: return XENOS_DETAIL_TEXT_##name;
      XENOS_FAULTS(XENOS_DETAIL_CASE)
#undef XENOS_DETAIL_CASE
  }
  return "unknown fault";
}

/// Instantiated for a fault, it stops the compiler with the fault's text. `Details` are types whose
/// names are printed beside it: the operation, and the shapes, extents or bytes at fault. Only its
/// name is used until then: a context that holds an error is this type (see expr/node.hpp).
template <fault Why, class... Details>
struct model_error {
  static constexpr fault why = Why;
  static_assert(why != fault::bad_attribute, "xenos: " XENOS_DETAIL_TEXT_bad_attribute);
  static_assert(why != fault::negative_padding, "xenos: " XENOS_DETAIL_TEXT_negative_padding);
  static_assert(why != fault::padding_exceeds_kernel,
                "xenos: " XENOS_DETAIL_TEXT_padding_exceeds_kernel);
  static_assert(why != fault::padding_exceeds_output,
                "xenos: " XENOS_DETAIL_TEXT_padding_exceeds_output);
  static_assert(why != fault::bad_output_padding, "xenos: " XENOS_DETAIL_TEXT_bad_output_padding);
  static_assert(why != fault::groups_do_not_divide,
                "xenos: " XENOS_DETAIL_TEXT_groups_do_not_divide);
  static_assert(why != fault::heads_do_not_divide, "xenos: " XENOS_DETAIL_TEXT_heads_do_not_divide);
  static_assert(why != fault::needs_ids, "xenos: " XENOS_DETAIL_TEXT_needs_ids);
  static_assert(why != fault::positions_missing, "xenos: " XENOS_DETAIL_TEXT_positions_missing);
  static_assert(why != fault::attention_extents_differ,
                "xenos: " XENOS_DETAIL_TEXT_attention_extents_differ);
  static_assert(why != fault::matmul_extents_differ,
                "xenos: " XENOS_DETAIL_TEXT_matmul_extents_differ);
  static_assert(why != fault::window_exceeds_input,
                "xenos: " XENOS_DETAIL_TEXT_window_exceeds_input);
  static_assert(why != fault::wrong_stream_count, "xenos: " XENOS_DETAIL_TEXT_wrong_stream_count);
  static_assert(why != fault::too_many_streams, "xenos: " XENOS_DETAIL_TEXT_too_many_streams);
  static_assert(why != fault::branches_differ, "xenos: " XENOS_DETAIL_TEXT_branches_differ);
  static_assert(why != fault::rows_or_columns_differ,
                "xenos: " XENOS_DETAIL_TEXT_rows_or_columns_differ);
  static_assert(why != fault::element_types_differ,
                "xenos: " XENOS_DETAIL_TEXT_element_types_differ);
  static_assert(why != fault::unknown_element_type,
                "xenos: " XENOS_DETAIL_TEXT_unknown_element_type);
  static_assert(why != fault::quantisation_missing,
                "xenos: " XENOS_DETAIL_TEXT_quantisation_missing);
  static_assert(why != fault::quantisation_unused, "xenos: " XENOS_DETAIL_TEXT_quantisation_unused);
  static_assert(why != fault::quantisation_too_fine,
                "xenos: " XENOS_DETAIL_TEXT_quantisation_too_fine);
  static_assert(why != fault::quantisation_asymmetric,
                "xenos: " XENOS_DETAIL_TEXT_quantisation_asymmetric);
  static_assert(why != fault::no_wide_form, "xenos: " XENOS_DETAIL_TEXT_no_wide_form);
  static_assert(why != fault::no_integer_form, "xenos: " XENOS_DETAIL_TEXT_no_integer_form);
  static_assert(why != fault::indices_only_move, "xenos: " XENOS_DETAIL_TEXT_indices_only_move);
  static_assert(why != fault::needs_one_pixel_rows,
                "xenos: " XENOS_DETAIL_TEXT_needs_one_pixel_rows);
  static_assert(why != fault::needs_sequence, "xenos: " XENOS_DETAIL_TEXT_needs_sequence);
  static_assert(why != fault::reshape_changes_elements,
                "xenos: " XENOS_DETAIL_TEXT_reshape_changes_elements);
  static_assert(why != fault::slice_exceeds_input, "xenos: " XENOS_DETAIL_TEXT_slice_exceeds_input);
  static_assert(why != fault::parts_do_not_divide, "xenos: " XENOS_DETAIL_TEXT_parts_do_not_divide);
  static_assert(why != fault::not_a_permutation, "xenos: " XENOS_DETAIL_TEXT_not_a_permutation);
  static_assert(why != fault::weight_extents_differ,
                "xenos: " XENOS_DETAIL_TEXT_weight_extents_differ);
  static_assert(why != fault::weight_types_differ, "xenos: " XENOS_DETAIL_TEXT_weight_types_differ);
  static_assert(why != fault::array_length_differs,
                "xenos: " XENOS_DETAIL_TEXT_array_length_differs);
  static_assert(why != fault::parameters_missing, "xenos: " XENOS_DETAIL_TEXT_parameters_missing);
  static_assert(why != fault::empty_shape, "xenos: " XENOS_DETAIL_TEXT_empty_shape);
  static_assert(why != fault::scratchpad_too_small,
                "xenos: " XENOS_DETAIL_TEXT_scratchpad_too_small);
  static_assert(why != fault::parameters_too_large,
                "xenos: " XENOS_DETAIL_TEXT_parameters_too_large);
  static_assert(why != fault::stages_share_no_memory,
                "xenos: " XENOS_DETAIL_TEXT_stages_share_no_memory);
  static_assert(why != fault::memory_too_small, "xenos: " XENOS_DETAIL_TEXT_memory_too_small);
  static_assert(why != fault::unknown_tap, "xenos: " XENOS_DETAIL_TEXT_unknown_tap);
  static_assert(why != fault::no_input, "xenos: " XENOS_DETAIL_TEXT_no_input);
  static_assert(why != fault::open_streams, "xenos: " XENOS_DETAIL_TEXT_open_streams);
  static_assert(why != fault::needs_all_rows, "xenos: " XENOS_DETAIL_TEXT_needs_all_rows);
  static_assert(why != fault::padding_needs_height,
                "xenos: " XENOS_DETAIL_TEXT_padding_needs_height);
  static_assert(why != fault::input_has_height, "xenos: " XENOS_DETAIL_TEXT_input_has_height);
  static_assert(why != fault::input_is_endless, "xenos: " XENOS_DETAIL_TEXT_input_is_endless);
  static_assert(why != fault::branches_drift, "xenos: " XENOS_DETAIL_TEXT_branches_drift);
  static_assert(why != fault::user_fault, "xenos: " XENOS_DETAIL_TEXT_user_fault);
  static constexpr bool none = why == fault::none;
};

}  // namespace xenos::inline XENOS_ABI
