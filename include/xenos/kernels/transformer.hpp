// Which kernels run the stages of transformers; see select.hpp.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/shape.hpp>
#include <xenos/kernels/generic/attention.hpp>
#include <xenos/kernels/generic/embedding.hpp>
#include <xenos/kernels/generic/matmul.hpp>
#include <xenos/ops/attention.hpp>
#include <xenos/ops/embedding.hpp>
#include <xenos/ops/matmul.hpp>

namespace xenos::inline XENOS_ABI {

template <auto Op, shapes In, class T, int VectorBytes>
struct kernel_for;

template <attention_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::attention_rows<generic::geometry_of(Op, In), lane_count<T>(VectorBytes), T>;
};
template <matmul_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = typename generic::matmul_kernel<generic::geometry_of(Op, In),
                                               lane_count<T>(VectorBytes), Op.transpose_b, T>::type;
};
template <embedding_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::embedding_rows<Op.rows, Op.features, lane_count<T>(VectorBytes), T>;
};
template <position_attributes Op, shapes In, class T, int VectorBytes>
struct kernel_for<Op, In, T, VectorBytes> {
  using type = generic::position_rows<Op.rows, In[0].channels, lane_count<T>(VectorBytes), T>;
};

}  // namespace xenos::inline XENOS_ABI
