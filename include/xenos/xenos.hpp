// xenos: fused dataflow kernels. All that firmware needs; host-only parts (interop/, report/,
// plan/explain.hpp) are included on their own.
#pragma once

#include <xenos/core/result.hpp>
#include <xenos/expr/vocabulary.hpp>
#include <xenos/model/link.hpp>
#include <xenos/model/stream.hpp>
#include <xenos/plan/verify.hpp>
#include <xenos/target/catalogue.hpp>
