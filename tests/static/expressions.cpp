// Expressions: what is known of them at compile time.
#include <string_view>
#include <type_traits>
#include <xenos/expr/trace.hpp>
#include <xenos/expr/vocabulary.hpp>

namespace {

namespace xn = xenos;

/// A user's operation: rows in reverse order, so that it needs all of them.
struct upside_down {
  static constexpr const char* name = "upside_down";
  static constexpr xn::mapping map = xn::mapping::whole;

  [[nodiscard]] constexpr xn::fault check(const xn::shapes& in) const {
    return in[0].height > 1 ? xn::fault::none : xn::fault::user_fault;
  }
  [[nodiscard]] constexpr xn::shape output(const xn::shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr xn::access reads(const xn::shapes& in, int) const {
    return {{.reach = in[0].height, .down = 0}};
  }
};

/// And a one-to-one one, which needs no more than this.
struct square {
  static constexpr const char* name = "square";
  static constexpr xn::mapping map = xn::mapping::one_to_one;
  template <class V>
  constexpr V apply(V x) const {
    return x * x;
  }
};

template <int Out, int In, int Kernel, int Stride = 1>
constexpr auto conv_layer() {
  return xn::conv2d<xn::conv{.out = Out, .kernel = {Kernel, Kernel}, .stride = {Stride, Stride}}>(
      xn::weights<float, xn::ohwi{Out, Kernel, Kernel, In}>{}, xn::channel_weights<float, Out>{});
}

template <const auto& Expression>
using trace_of = xn::traced<std::remove_cvref_t<decltype(Expression)>>;
template <const auto& Expression>
using end_of = typename std::remove_cvref_t<decltype(Expression)>::end;

constexpr auto image = xn::input<float, xn::hwc{32, 24, 3}>;

/// The only stream of a context.
template <class Context>
inline constexpr xn::stream_type only{};
template <xn::stream_type Stream, class... Taps>
inline constexpr xn::stream_type only<xn::context<xn::streams<Stream>, Taps...>> = Stream;

template <class Expression>
constexpr xn::shape shape_behind(Expression) {
  return only<typename Expression::end>.extent;
}

template <int N>
constexpr bool named(const xn::graph<N>& g, int record, std::string_view name) {
  return g[record].name == name;
}
template <int N>
constexpr bool reads_from(const xn::graph<N>& g, int record, int first, int second = -1) {
  return g[record].inputs == (second < 0 ? 1 : 2) && g[record].from[0] == first &&
         (second < 0 || g[record].from[1] == second);
}

// Shapes behind each kind of stage.

static_assert(shape_behind(image) == xn::hwc{32, 24, 3});
static_assert(shape_behind(image | xn::relu) == xn::hwc{32, 24, 3});
static_assert(shape_behind(image | conv_layer<16, 3, 3>()) == xn::hwc{32, 24, 16});
static_assert(shape_behind(image | conv_layer<16, 3, 3, 2>()) == xn::hwc{16, 12, 16});
static_assert(shape_behind(image | conv_layer<16, 3, 5, 3>()) == xn::hwc{11, 8, 16});
static_assert(shape_behind(image | xn::max_pool2d<xn::max_pool{.kernel = {3, 3}}>) ==
              xn::hwc{30, 22, 3});
static_assert(shape_behind(image | xn::pad<xn::zero_pad{.top = 1, .right = 2}>) ==
              xn::hwc{33, 26, 3});
static_assert(shape_behind(image | xn::reshape<xn::hwc{16, 8, 18}>) == xn::hwc{16, 8, 18});
static_assert(shape_behind(image | xn::flatten) == xn::vector(32 * 24 * 3));
static_assert(shape_behind(image | xn::global_max_pool) == xn::vector(3));
static_assert(shape_behind(image | xn::fork(xn::identity, conv_layer<5, 3, 1>()) | xn::concat) ==
              xn::hwc{32, 24, 8});
static_assert(shape_behind(xn::input<float, xn::sequence(7, 12)> |
                           xn::dense<xn::fc{.out = 4}>(xn::weights<float, xn::io{12, 4}>{})) ==
              xn::sequence(7, 4));
static_assert(shape_behind(xn::input<float, xn::sequence(20, 6)> |
                           xn::conv1d<xn::conv_1d{.out = 9, .kernel = 5, .stride = 2}>(
                               xn::weights<float, xn::oki{9, 5, 6}>{}) |
                           xn::max_pool1d<xn::pool_1d{.kernel = 2, .stride = 2}>) ==
              xn::sequence(5, 9));
static_assert(shape_behind(image | xn::transposed_conv2d<xn::transposed_conv{
                                       .out = 5, .kernel = {4, 4}, .stride = {2, 3}}>(
                                       xn::weights<float, xn::ohwi{5, 4, 4, 3}>{})) ==
              xn::hwc{64, 72, 5});
static_assert(shape_behind(image | xn::resize_bilinear<xn::bilinear{{2, 3}}>) ==
              xn::hwc{64, 72, 3});
static_assert(shape_behind(image | xn::reduce_max<xn::axes{.columns = true, .channels = true}>) ==
              xn::sequence(32, 1));
static_assert(shape_behind(image | xn::permute<xn::transpose{{2, 0, 1}}> |
                           xn::crop<xn::slice{.begin = {0, 30, 4}}>) == xn::hwc{3, 2, 20});
constexpr xn::quantisation eighths{0.125F, -3};
constexpr auto integers = xn::input<std::int8_t, xn::hwc{2, 2, 1}, eighths>;
constexpr auto conv_of_integers =
    integers | xn::relu |
    xn::conv2d<xn::conv{.out = 5, .to = {0.5F, 7}}>(xn::quantised_layer<xn::ohwi{5, 1, 1, 1}, 1>{});
constexpr auto there_and_back = image | xn::quantize<eighths> | xn::flatten | xn::dequantize;
static_assert(only<decltype(integers | xn::relu)::end> ==
              xn::stream_type{{2, 2, 1}, xn::dtype::i8, eighths});
static_assert(only<end_of<conv_of_integers>> ==
              xn::stream_type{{2, 2, 5}, xn::dtype::i8, {0.5F, 7}});
static_assert(only<end_of<there_and_back>> == xn::stream_type{xn::vector(32 * 24 * 3)});

// Fragments are open: their shapes are known behind an input only.

constexpr auto fragment = conv_layer<8, 3, 3>() | xn::relu;
static_assert(!decltype(fragment)::closed && decltype(image | fragment)::closed);
static_assert(std::is_same_v<end_of<fragment>, xn::unbound>);
static_assert(decltype(fragment)::size == 2);
static_assert(
    std::is_same_v<decltype(fragment)::bind<end_of<image>>, decltype(image | fragment)::end>);
/// An open expression that does not fit is an error as a type, not yet a message.
using wrong = decltype(fragment)::bind<xn::context<xn::streams<xn::stream_type{{4, 4, 5}}>>>;
template <class Context>
inline constexpr xn::fault fault_of = xn::fault::none;
template <xn::fault Why, class... Details>
inline constexpr xn::fault fault_of<xn::model_error<Why, Details...>> = Why;
static_assert(fault_of<wrong> == xn::fault::weight_extents_differ);
static_assert(fault_of<end_of<image>> == xn::fault::none);

// The records of a chain: input, stages in order, output.

constexpr auto chain = image | conv_layer<16, 3, 3, 2>() | xn::relu | xn::unlink |
                       xn::stage_of<square{}>() | xn::stage_of<upside_down{}>() |
                       xn::global_average_pool | xn::softmax;
constexpr const auto& chain_records = trace_of<chain>::records;
static_assert(trace_of<chain>::size == 8 && chain_records.count == 8);
static_assert(trace_of<chain>::outputs == 1);
static_assert(named(chain_records, 0, "input") && named(chain_records, 1, "conv2d") &&
              named(chain_records, 2, "relu") && named(chain_records, 3, "square") &&
              named(chain_records, 4, "upside_down") &&
              named(chain_records, 5, "global_average_pool") &&
              named(chain_records, 6, "softmax") && named(chain_records, 7, "output"));
static_assert([] {
  for (int i = 1; i < chain_records.count; ++i) {
    if (!reads_from(chain_records, i, i - 1)) return false;
  }
  return true;
}());
static_assert(chain_records[0].kind == xn::role::input && chain_records[0].port == 0 &&
              chain_records[0].inputs == 0 && chain_records[7].kind == xn::role::output &&
              chain_records[7].port == 0 && chain_records[1].kind == xn::role::operation);
static_assert(chain_records[1].out == xn::hwc{16, 12, 16} && chain_records[1].steps == 16 &&
              chain_records[1].macs == 16 * 12 * 16 * 9 * 3);
// `same` with stride 2: the odd row and column of padding come after.
static_assert(chain_records[1].reads[0] == xn::access{{3, 1, 2, 0}, 0, 1, true, {3, 1, 2, 0}});
static_assert(chain_records[3].map == xn::mapping::one_to_one &&
              chain_records[3].reads[0] == xn::identity_access);
static_assert(chain_records[4].map == xn::mapping::whole &&
              chain_records[4].reads[0].rows.reach == 16);
// The pool consumes 16 rows for its single one.
static_assert(chain_records[5].accumulates && chain_records[5].steps == 16 &&
              chain_records[5].out == xn::vector(16));
// unlink marks the stage before it, and no other.
static_assert([] {
  for (int i = 0; i < chain_records.count; ++i) {
    if (chain_records[i].cut_after != (i == 2)) return false;
  }
  return true;
}());

// unlink behind an open fork marks each branch.

constexpr auto cut_fork = image | xn::fork(xn::relu, xn::sigmoid) | xn::unlink | xn::add;
static_assert(trace_of<cut_fork>::records[1].cut_after &&
              trace_of<cut_fork>::records[2].cut_after &&
              !trace_of<cut_fork>::records[0].cut_after &&
              !trace_of<cut_fork>::records[3].cut_after);

// residual adds body(input) to what was there: the shortcut is the first operand.

constexpr auto block = image | xn::residual(conv_layer<3, 3, 3>() | xn::relu);
static_assert(named(trace_of<block>::records, 3, "add") &&
              reads_from(trace_of<block>::records, 3, 0, 2));
constexpr auto strided_block =
    image | xn::residual(conv_layer<4, 3, 3, 2>(), conv_layer<4, 3, 1, 2>());
static_assert(trace_of<strided_block>::records[1].reads[0].rows.reach == 1 &&
              trace_of<strided_block>::records[2].reads[0].rows.reach == 3 &&
              reads_from(trace_of<strided_block>::records, 3, 1, 2));

// Taps: read by a later branch; of two with one name, the latest counts, for shape and record.

constexpr auto tapped = image | xn::tap<"in"> | conv_layer<8, 3, 3>() |
                        xn::fork(xn::identity, xn::from<"in">) | xn::concat;
static_assert(shape_behind(tapped) == xn::hwc{32, 24, 11});
static_assert(reads_from(trace_of<tapped>::records, 2, 1, 0));
static_assert(end_of<tapped>::taps == 1);

constexpr auto twice = image | xn::tap<"x"> | conv_layer<8, 3, 3>() | xn::tap<"x"> |
                       conv_layer<4, 8, 1>() | xn::fork(xn::identity, xn::from<"x">) | xn::concat;
static_assert(shape_behind(twice) == xn::hwc{32, 24, 12});
static_assert(reads_from(trace_of<twice>::records, 3, 2, 1));

// A branch sees the taps of the branches before it.
constexpr auto across =
    image | xn::fork(xn::relu | xn::tap<"left"> | xn::sigmoid, xn::from<"left"> | xn::tanh) |
    xn::add;
static_assert(reads_from(trace_of<across>::records, 3, 1) &&
              reads_from(trace_of<across>::records, 4, 2, 3));

// split_into: each branch behind its part of the channels.

constexpr auto parts = xn::input<float, xn::hwc{4, 4, 6}> |
                       xn::split_into(xn::identity, conv_layer<5, 2, 1>(), xn::relu) | xn::concat;
static_assert(shape_behind(parts) == xn::hwc{4, 4, 9} && sizeof(parts) == 2 * sizeof(const float*));
static_assert(named(trace_of<parts>::records, 1, "split") &&
              named(trace_of<parts>::records, 2, "split") &&
              named(trace_of<parts>::records, 4, "split") &&
              reads_from(trace_of<parts>::records, 2, 0) &&
              reads_from(trace_of<parts>::records, 4, 0) &&
              trace_of<parts>::records[6].from[0] == 1 &&
              trace_of<parts>::records[6].from[1] == 3 && trace_of<parts>::records[6].from[2] == 5);
// Of one-dimensional stages nothing is left but the two-dimensional ones.
static_assert(decltype(xn::average_pool1d<xn::pool_1d{}>)::size == 1);

// Several inputs.

constexpr auto pair =
    xn::fork(xn::input<float, xn::hwc{4, 4, 2}>, xn::input<float, xn::hwc{4, 4, 3}, 1> | xn::relu) |
    xn::concat;
static_assert(decltype(pair)::closed && shape_behind(pair) == xn::hwc{4, 4, 5});
static_assert(trace_of<pair>::records[0].port == 0 && trace_of<pair>::records[1].port == 1 &&
              reads_from(trace_of<pair>::records, 3, 0, 2));
// An input inside a branch of a fork that has streams of its own.
constexpr auto joined_late =
    image | xn::fork(xn::relu, xn::input<float, xn::hwc{32, 24, 3}, 1>) | xn::mul;
static_assert(reads_from(trace_of<joined_late>::records, 3, 1, 2) &&
              named(trace_of<joined_late>::records, 3, "mul"));

// Several outputs, in the order of the branches; inner forks leave several streams.

constexpr auto heads =
    image | conv_layer<8, 3, 3>() | xn::outputs(xn::global_max_pool, xn::identity | xn::relu);
static_assert(trace_of<heads>::outputs == 2 && trace_of<heads>::size == 6);
static_assert(trace_of<heads>::records[4].port == 0 && trace_of<heads>::records[5].port == 1 &&
              trace_of<heads>::records[4].out == xn::vector(8) &&
              trace_of<heads>::records[5].out == xn::hwc{32, 24, 8} &&
              reads_from(trace_of<heads>::records, 4, 2) &&
              reads_from(trace_of<heads>::records, 5, 3));
constexpr auto nested = image | xn::fork(xn::fork(xn::relu, xn::relu6), xn::tanh) | xn::concat;
static_assert(shape_behind(nested) == xn::hwc{32, 24, 9});
static_assert(trace_of<nested>::records[4].inputs == 3 &&
              trace_of<nested>::records[4].from[2] == 3);

// The types of the records, in the order of the records.

using types = trace_of<block>::types;
static_assert(types::size == trace_of<block>::size);
static_assert(std::is_same_v<
              decltype(xn::type_list<std::remove_cvref_t<decltype(image)>>{} +
                       decltype(conv_layer<3, 3, 3>())::records{} +
                       xn::type_list<std::remove_cvref_t<decltype(xn::relu)>,
                                     std::remove_cvref_t<decltype(xn::add)>, xn::output_node<0>>{}),
              types>);

// Sizes: an expression holds its views of weights and nothing else.

constexpr std::size_t views = 2 * sizeof(const float*);
static_assert(sizeof(conv_layer<8, 3, 3>()) == views);
static_assert(std::is_empty_v<decltype(image | xn::relu)>);
static_assert(sizeof(xn::relu | xn::relu | xn::relu | xn::relu | xn::relu) == 1);
static_assert(sizeof(xn::relu | xn::softmax | xn::flatten | xn::tanh | xn::unlink) == 1);
static_assert(sizeof(image | conv_layer<8, 3, 3>() | xn::relu | conv_layer<8, 8, 3>() | xn::relu |
                     conv_layer<8, 8, 3>() | xn::relu | xn::softmax) == 3 * views);
static_assert(sizeof(block) == views && sizeof(strided_block) == 2 * views);
static_assert(sizeof(tapped) == views && sizeof(heads) == views && sizeof(pair) == 1);
static_assert(sizeof(xn::residual(xn::fork(xn::relu, xn::relu) | xn::add)) == 1);

// They are values like any other: copied as bytes, nothing to destroy.
static_assert(std::is_trivially_copyable_v<decltype(strided_block)> &&
              std::is_trivially_destructible_v<decltype(strided_block)>);

// Weight views reach the record they belong to.

struct listing {
  const float* found[8] = {};
  template <int I, class List>
  constexpr void put(const List& list) {
    found[I] = list.template get<0>().data;
  }
};
constexpr float first[3] = {};
constexpr float second[9] = {};
constexpr float third[3] = {};
constexpr auto scale(const float (&data)[3]) {
  return xn::depthwise2d<xn::depthwise{}>(xn::weights<float, xn::hwo{1, 1, 3}>(data));
}
constexpr auto mix =
    xn::conv2d<xn::conv{.out = 3}>(xn::weights<float, xn::oihw{3, 3, 1, 1}>(second));
constexpr auto weighted = image | scale(first) | xn::relu |
                          xn::fork(xn::identity, mix | xn::relu, scale(third)) | xn::add;
constexpr listing collected = [] {
  listing list;
  weighted.collect<0>(list);
  return list;
}();
static_assert(collected.found[0] == nullptr && collected.found[1] == first &&
              collected.found[2] == nullptr && collected.found[3] == second &&
              collected.found[4] == nullptr && collected.found[5] == third);
static_assert(named(trace_of<weighted>::records, 1, "depthwise2d") &&
              named(trace_of<weighted>::records, 3, "conv2d") &&
              named(trace_of<weighted>::records, 5, "depthwise2d"));

// What is an operation and what is not.

static_assert(xn::operation<square> && xn::one_to_one_operation<square>);
static_assert(xn::operation<upside_down> && !xn::one_to_one_operation<upside_down>);
static_assert(xn::operation<xn::conv> && !xn::operation<xn::shape> && !xn::operation<int>);
static_assert(!xn::node<decltype(fragment)>, "a node is named without const");
static_assert(xn::node<std::remove_cv_t<decltype(fragment)>> && !xn::node<xn::conv>);
static_assert(xn::accumulating_operation<xn::flatten_all> &&
              !xn::accumulating_operation<xn::softmax_attributes>);

}  // namespace
