// How nodes are put together: one after another, and side by side.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/node.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

namespace detail {

// Nodes without weights are not stored: two objects of one empty type have two addresses, so that
// a model would grow by each repeated activation. Aggregates, because each constructor would be one
// more function with a name as long as the model.

template <class Left, class Right, bool KeepsLeft = !std::is_empty_v<Left>,
          bool KeepsRight = !std::is_empty_v<Right>>
struct pair_storage {
  Left left;
  Right right;

  template <int I, class Sink>
  constexpr void collect(Sink& sink) const {
    left.template collect<I>(sink);
    right.template collect<I + Left::size>(sink);
  }
};
template <class Left, class Right>
struct pair_storage<Left, Right, true, false> {
  Left left;

  template <int I, class Sink>
  constexpr void collect(Sink& sink) const {
    left.template collect<I>(sink);
  }
};
template <class Left, class Right>
struct pair_storage<Left, Right, false, true> {
  Right right;

  template <int I, class Sink>
  constexpr void collect(Sink& sink) const {
    right.template collect<I + Left::size>(sink);
  }
};
template <class Left, class Right>
struct pair_storage<Left, Right, false, false> {
  template <int I, class Sink>
  constexpr void collect(Sink&) const {}
};

}  // namespace detail

/// `left | right`: what leaves `left` reaches `right`. Always a binary node: compilers cope with
/// hundreds of stages as long as no list is rebuilt at every `|`. When `left` begins with inputs,
/// `right` is checked here.
template <node Left, node Right>
struct then : node_base<then<Left, Right>>, detail::pair_storage<Left, Right> {
  static constexpr bool closed = Left::closed;
  using end = typename Right::template bind<typename Left::end>;
  static_assert(sizeof(end) > 0);  // instantiates the error if `right` does not fit behind `left`
  static constexpr int size = Left::size + Right::size;
  using records = decltype(typename Left::records{} + typename Right::records{});

  // A class, not an alias: g++ would expand aliases of aliases down to the first node at each `|`.
  template <class Context>
  struct binder {
    using type = typename Right::template bind<typename Left::template bind<Context>>;
  };
  template <class Context>
  using bind = typename binder<Context>::type;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    return Right::trace(tracer, Left::trace(tracer, in));
  }
};

/// Appends `right` to `left`.
template <node Left, node Right>
constexpr then<Left, Right> operator|([[maybe_unused]] Left left, [[maybe_unused]] Right right) {
  if constexpr (std::is_empty_v<Left> && std::is_empty_v<Right>) {
    return {};
  } else if constexpr (std::is_empty_v<Right>) {
    return {{}, {left}};
  } else if constexpr (std::is_empty_v<Left>) {
    return {{}, {right}};
  } else {
    return {{}, {left, right}};
  }
}

/// What is no node cannot follow one; says so.
template <node Left, class Right>
  requires(!node<Right>)
constexpr Left operator|(const Left& left, const Right&) {
  static_assert(
      node<Right>,
      "xenos: what stands behind `|` is no stage; write "
      "xn::stage_of<operation>(weights), or a name such as xn::relu or xn::conv2d<...>(weights)");
  return left;
}

/// A branch that passes its stream on unchanged.
struct identity_node : mark_node<identity_node> {};
inline constexpr identity_node identity{};

namespace detail {

/// Binds branches in turn: each gets the streams of `In` and sees the taps of those before it. The
/// first that does not fit ends it with its error.
template <class In, class Out, class... Branches>
struct bind_branches {
  using type = Out;
};
template <stream_type... In, class... Taps, stream_type... Out, class... TapsNow, class First,
          class... Rest>
struct bind_branches<context<streams<In...>, Taps...>, context<streams<Out...>, TapsNow...>, First,
                     Rest...> {
  template <class Error>
  struct append {
    using type = Error;
  };
  template <stream_type... More, class... TapsThen>
    requires(sizeof...(Out) + sizeof...(More) <= max_streams)
  struct append<context<streams<More...>, TapsThen...>> {
    using type =
        typename bind_branches<context<streams<In...>, Taps...>,
                               context<streams<Out..., More...>, TapsThen...>, Rest...>::type;
  };
  template <stream_type... More, class... TapsThen>
    requires(sizeof...(Out) + sizeof...(More) > max_streams)
  struct append<context<streams<More...>, TapsThen...>> {
    using type = model_error<fault::too_many_streams, told<Out>..., told<More>...>;
  };
  using type =
      typename append<typename First::template bind<context<streams<In...>, TapsNow...>>>::type;
};

template <class... Branches>
struct branch_storage;
template <>
struct branch_storage<> {
  template <int K, class Sink>
  constexpr void collect(Sink&) const {}
};
template <class First, class... Rest>
struct branch_storage<First, Rest...> : pair_storage<First, branch_storage<Rest...>> {};

constexpr branch_storage<> keep_branches() { return {}; }
template <class First, class... Rest>
constexpr branch_storage<First, Rest...> keep_branches([[maybe_unused]] const First& first,
                                                       [[maybe_unused]] const Rest&... rest) {
  constexpr bool rest_empty = std::is_empty_v<branch_storage<Rest...>>;
  if constexpr (std::is_empty_v<First> && rest_empty) {
    return {};
  } else if constexpr (rest_empty) {
    return {{first}};
  } else if constexpr (std::is_empty_v<First>) {
    return {{keep_branches(rest...)}};
  } else {
    return {{first, keep_branches(rest...)}};
  }
}

}  // namespace detail

/// Branches side by side; each reads the streams that reach the fork, or its own inputs. What
/// leaves them, in order, are the streams of the stage that joins them.
template <node... Branches>
struct fork_node : node_base<fork_node<Branches...>>, detail::branch_storage<Branches...> {
  static_assert(sizeof...(Branches) >= 1 && sizeof...(Branches) <= max_streams,
                "xenos: a fork and a model's outputs have one to eight branches; join some of them "
                "before, each with a fork of its own");
  static constexpr bool closed = (Branches::closed && ...);
  static constexpr int size = (0 + ... + Branches::size);
  using records = decltype((type_list<>{} + ... + typename Branches::records{}));

  template <class Context>
  struct binder {
    using type = Context;
  };
  template <stream_type... In, class... Taps>
  struct binder<context<streams<In...>, Taps...>> {
    using type = typename detail::bind_branches<context<streams<In...>, Taps...>,
                                                context<streams<>, Taps...>, Branches...>::type;
  };
  template <class Context>
  using bind = typename binder<Context>::type;
  using end = bind<std::conditional_t<closed, context<>, unbound>>;
  static_assert(sizeof(end) > 0);

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    stream_ids out;
    const auto append = [&out](const stream_ids& more) {
      for (int i = 0; i < more.count; ++i) out.at[out.count++] = more.at[i];
    };
    (append(Branches::trace(tracer, in)), ...);
    return out;
  }
};

/// `fork(a, b, ...) | add`, `| mul` or `| concat`: the branches meet in the join that follows.
template <node... Branches>
constexpr fork_node<Branches...> fork(const Branches&... branches) {
  return {{}, detail::keep_branches(branches...)};
}

}  // namespace xenos::inline XENOS_ABI
