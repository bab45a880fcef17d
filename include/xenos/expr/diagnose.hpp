// Turns what is wrong with a model into compile errors that say so.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/fault.hpp>
#include <xenos/core/weights.hpp>

namespace xenos::inline XENOS_ABI {

/// Stops the compiler when `Why` is a fault. `Stage` and `Details` are printed with the message:
/// the operation with its attributes, and the shapes, extents or bytes at fault.
template <fault Why, auto Stage, auto... Details>
struct model_error {
#define XENOS_FAULT_ASSERT(name, words) static_assert(Why != fault::name, "xenos: " words);
  XENOS_FAULTS(XENOS_FAULT_ASSERT)
#undef XENOS_FAULT_ASSERT
  static constexpr bool none = Why == fault::none;
};

/// Extents that a stage needs and those that its weights have, for messages.
struct needs {
  filter extents;
};
struct has {
  filter extents;
};

}  // namespace xenos::inline XENOS_ABI
