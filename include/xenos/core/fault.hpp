// What can be wrong with a model, each with its remedy: one list for the compiler's messages and
// for planning at run time.
#pragma once

#include <xenos/config/abi.hpp>

#include <cstdint>

/// X(name, text): `text` is what the compiler prints for a model that has this fault. The stage,
/// its attributes and the shapes appear beside it, as template arguments.
#define XENOS_FAULTS(X)                                                                            \
  X(bad_attribute,                                                                                 \
    "an attribute of this stage is not positive; give kernel, stride, dilation, groups and out "   \
    "values of at least 1")                                                                        \
  X(negative_padding, "explicit padding is negative; use xn::slice or a smaller kernel instead")   \
  X(padding_exceeds_kernel,                                                                        \
    "explicit padding of a pool is as large as its kernel, so that some windows are empty; pad "   \
    "less")                                                                                        \
  X(groups_do_not_divide,                                                                          \
    "groups must divide both the input's channels and `out`; change `groups` or `out`")            \
  X(window_exceeds_input,                                                                          \
    "the kernel (with its dilation) is larger than the padded input; use a smaller kernel or "     \
    "more "                                                                                        \
    "padding")                                                                                     \
  X(wrong_stream_count,                                                                            \
    "this stage reads another number of streams than reaches it; put xn::fork(...) of as many "    \
    "branches before it")                                                                          \
  X(branches_differ,                                                                               \
    "the branches that meet here have different shapes; give them equal shapes (a strided body "   \
    "needs a strided shortcut: xn::residual(body, shortcut))")                                     \
  X(rows_or_columns_differ,                                                                        \
    "the branches of xn::concat differ in height or width; only channels may differ")              \
  X(element_types_differ, "the streams that meet here have different element types; convert one")  \
  X(needs_one_pixel_rows,                                                                          \
    "xn::dense reads rows of one pixel, this input is wider; put xn::flatten (or a global pool) "  \
    "before it")                                                                                   \
  X(reshape_changes_elements,                                                                      \
    "xn::reshape must keep the number of elements; make height * width * channels equal")          \
  X(weight_extents_differ,                                                                         \
    "the weights' extents do not fit this stage and its input; `needs` and `has` are printed in "  \
    "the order out, height, width, in")                                                            \
  X(parameters_missing,                                                                            \
    "this stage was given another number of weight views than it takes; pass them as "             \
    "xn::stage(weights, bias)")                                                                    \
  X(empty_shape, "a shape has an extent of 0 or less; all extents are at least 1")                 \
  X(scratchpad_too_small,                                                                          \
    "one stage alone needs more scratchpad than the target has; use a larger scratchpad or a "     \
    "smaller row (width * channels)")                                                              \
  X(memory_too_small,                                                                              \
    "the model's arena exceeds the target's memory; use a larger target, a larger scratchpad (it " \
    "links more), or a smaller model")                                                             \
  X(unknown_tap,                                                                                   \
    "xn::from names a tap that no earlier stage of this model has; put xn::tap first")             \
  X(no_input,                                                                                      \
    "this expression does not start with xn::input; write xn::input<float, shape> | ...")          \
  X(open_streams,                                                                                  \
    "a fork is left open: its branches must meet in xn::add, xn::mul, xn::concat or be listed by " \
    "xn::outputs")                                                                                 \
  X(user_fault, "an operation of the user's rejects its input")

namespace xenos::inline XENOS_ABI {

/// Why a stage, a model or a target does not fit. `none` is success.
enum class fault : std::uint8_t {
  none,
#define XENOS_FAULT_NAME(name, text) name,
  XENOS_FAULTS(XENOS_FAULT_NAME)
#undef XENOS_FAULT_NAME
};

/// The text of a fault, static storage.
constexpr const char* text(fault why) {
  switch (why) {
    case fault::none: return "no fault";
#define XENOS_FAULT_TEXT(name, words) \
  case fault::name: return words;
      XENOS_FAULTS(XENOS_FAULT_TEXT)
#undef XENOS_FAULT_TEXT
  }
  return "unknown fault";
}

}  // namespace xenos::inline XENOS_ABI
