// The details that compile errors of models print: types with plain numbers as arguments, because
// all compilers print those alike.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/fault.hpp>
#include <xenos/core/name.hpp>
#include <xenos/expr/node.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace xenos::inline XENOS_ABI::detail {

/// A stream that reaches the stage at fault: element type and shape.
template <class T, int Height, int Width, int Channels>
struct input_stream {};

/// What the stage at fault puts out.
template <int Height, int Width, int Channels>
struct output_shape {};
/// Stands for the stage where the model as a whole is at fault.
struct whole_model {};

/// Extents which a weight view has to have, and those that it has.
template <int Out, int Height, int Width, int In>
struct needs {};
template <int Out, int Height, int Width, int In>
struct has {};
/// Which weight view of the stage, from 0.
template <int Index>
struct view {};

/// Numbers of weight views: between `Least` and `Most` are right.
template <int Least, int Most>
struct takes_views {};
template <int Count>
struct has_views {};

template <std::int64_t Bytes>
struct needs_bytes {};
template <std::int64_t Bytes>
struct has_bytes {};

/// The operation with its attributes.
template <auto Operation>
struct attributes {};

template <stream_type What>
using told =
    input_stream<element_t<What.type>, What.extent.height, What.extent.width, What.extent.channels>;

/// The operation of a stage; other nodes stand for themselves.
template <class Node>
struct operation_of {
  using type = Node;
};
template <class Node>
  requires requires { typename Node::op_type; }
struct operation_of<Node> {
  using type = typename Node::op_type;
};
template <class Node, bool OneStage = true>
using told_node = typename operation_of<std::conditional_t<OneStage, Node, whole_model>>::type;

/// A name letter by letter, which all compilers print legibly.
template <char... Letters>
struct letters {};

template <short_name Name, class Indices = std::make_index_sequence<Name.length()>>
struct spell;
template <short_name Name, std::size_t... I>
struct spell<Name, std::index_sequence<I...>> {
  using type = letters<Name.text[I]...>;
};
template <short_name Name>
using name_of = typename spell<Name>::type;

}  // namespace xenos::inline XENOS_ABI::detail
