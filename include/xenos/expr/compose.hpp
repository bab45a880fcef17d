// How nodes are put together: one after another, and side by side.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/node.hpp>

namespace xenos::inline XENOS_ABI {

/// `left | right`: what leaves `left` reaches `right`. Always a binary node: compilers cope with
/// hundreds of stages as long as no list is rebuilt at every `|`.
template <node Left, node Right>
struct then : node_base<then<Left, Right>> {
  static constexpr bool closed = Left::closed;
  using records = decltype(typename Left::records{} + typename Right::records{});

  [[no_unique_address]] Left left;
  [[no_unique_address]] Right right;

  constexpr then(Left l, Right r) : left(l), right(r) {}

  template <class Context>
  using bind = typename Right::template bind<typename Left::template bind<Context>>;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    return Right::trace(tracer, Left::trace(tracer, in));
  }
  template <int I, class Sink>
  constexpr void collect(Sink& sink) const {
    left.template collect<I>(sink);
    right.template collect<I + Left::records::size>(sink);
  }
};

/// The context behind a closed expression, computed once for each.
template <node Expression>
struct bound {
  using type = typename Expression::template bind<context<>>;
};
template <node Left, node Right>
struct bound<then<Left, Right>> {
  using type = typename Right::template bind<typename bound<Left>::type>;
};

/// Appends `right` to `left`. When `left` begins with inputs, `right` is checked at once, so that
/// an error appears at this `|`.
template <node Left, node Right>
constexpr then<Left, Right> operator|(Left left, Right right) {
  if constexpr (Left::closed) {
    static_assert(sizeof(typename bound<then<Left, Right>>::type) > 0);
  }
  return {left, right};
}

/// A branch that passes its stream on unchanged.
struct identity_node : node_base<identity_node> {
  static constexpr bool closed = false;
  using records = type_list<>;
  template <class Context>
  using bind = Context;
  template <class Tracer>
  static constexpr stream_ids trace(Tracer&, const stream_ids& in) {
    return in;
  }
  template <int I, class Sink>
  constexpr void collect(Sink&) const {}
};
inline constexpr identity_node identity{};

namespace detail {

/// Binds branches in turn: each gets the streams of `In` and sees the taps of those before it.
template <class In, class Out, class... Branches>
struct bind_branches {
  using type = Out;
};
template <stream... In, class... Taps, stream... Out, class... TapsNow, class First, class... Rest>
struct bind_branches<context<streams<In...>, Taps...>, context<streams<Out...>, TapsNow...>, First,
                     Rest...> {
  template <class Context>
  struct append;
  template <stream... More, class... TapsThen>
  struct append<context<streams<More...>, TapsThen...>> {
    using type =
        typename bind_branches<context<streams<In...>, Taps...>,
                               context<streams<Out..., More...>, TapsThen...>, Rest...>::type;
  };
  using type =
      typename append<typename First::template bind<context<streams<In...>, TapsNow...>>>::type;
};

template <int I, class... Branches>
struct branch_storage;
template <int I>
struct branch_storage<I> {
  template <int K, class Sink>
  constexpr void collect(Sink&) const {}
};
template <int I, class First, class... Rest>
struct branch_storage<I, First, Rest...> {
  [[no_unique_address]] First first;
  [[no_unique_address]] branch_storage<I + 1, Rest...> rest;

  constexpr explicit branch_storage(First head, Rest... tail) : first(head), rest(tail...) {}
  template <int K, class Sink>
  constexpr void collect(Sink& sink) const {
    first.template collect<K>(sink);
    rest.template collect<K + First::records::size>(sink);
  }
};

}  // namespace detail

/// Branches side by side; each reads the streams that reach the fork, or its own inputs. What
/// leaves them, in order, are the streams of the stage that joins them.
template <node... Branches>
struct fork_node : node_base<fork_node<Branches...>> {
  static constexpr bool closed = (Branches::closed && ...);
  using records = decltype((type_list<>{} + ... + typename Branches::records{}));

  detail::branch_storage<0, Branches...> branches;

  constexpr explicit fork_node(Branches... given) : branches(given...) {}

  template <class Context>
  struct binder;
  template <stream... In, class... Taps>
  struct binder<context<streams<In...>, Taps...>> {
    using type = typename detail::bind_branches<context<streams<In...>, Taps...>,
                                                context<streams<>, Taps...>, Branches...>::type;
  };
  template <class Context>
  using bind = typename binder<Context>::type;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    stream_ids out;
    const auto append = [&out](const stream_ids& more) {
      for (int i = 0; i < more.count; ++i) out.at[out.count++] = more.at[i];
    };
    (append(Branches::trace(tracer, in)), ...);
    return out;
  }
  template <int I, class Sink>
  constexpr void collect(Sink& sink) const {
    branches.template collect<I>(sink);
  }
};

/// `fork(a, b, ...) | add`, `| mul` or `| concat`: the branches meet in the join that follows.
template <node... Branches>
constexpr fork_node<Branches...> fork(Branches... branches) {
  static_assert(sizeof...(Branches) >= 1 && sizeof...(Branches) <= max_streams,
                "xenos: a fork has one to eight branches; join them in steps");
  return fork_node<Branches...>(branches...);
}

}  // namespace xenos::inline XENOS_ABI
