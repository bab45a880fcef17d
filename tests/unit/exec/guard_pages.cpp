// The planned bytes are all the bytes: every block of a run lies in a mapping of its own that ends,
// or begins, at a page nobody may touch.
#include <support/run.hpp>

#include <catch2/catch.hpp>

#ifdef __linux__
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace {

namespace xn = xenos;
using namespace xenos_test;

/// Pages between two that may not be touched.
class guarded {
 public:
  explicit guarded(std::size_t bytes) : page_(std::size_t(sysconf(_SC_PAGESIZE))), bytes_(bytes) {
    inner_ = (bytes + page_ - 1) / page_ * page_ + page_;
    void* all = mmap(nullptr, inner_ + 2 * page_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(all != MAP_FAILED);
    all_ = static_cast<std::byte*>(all);
    REQUIRE(mprotect(all_, page_, PROT_NONE) == 0);
    REQUIRE(mprotect(all_ + page_ + inner_, page_, PROT_NONE) == 0);
  }
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;
  ~guarded() { munmap(all_, inner_ + 2 * page_); }

  /// The block right behind the first guard, or right before the last one; `beyond` of its bytes
  /// lie in the guard.
  [[nodiscard]] std::byte* at_start() const { return all_ + page_; }
  [[nodiscard]] std::byte* at_end(std::size_t beyond) const {
    return all_ + page_ + inner_ - bytes_ + beyond;
  }

 private:
  std::size_t page_;
  std::size_t bytes_;
  std::size_t inner_ = 0;
  std::byte* all_ = nullptr;
};

/// The blocks of a run.
enum block { scratchpad, memory, weights, input, output, block_count };

template <class Net>
class guarded_run {
 public:
  explicit guarded_run(const Net& net) : net_(net), given_(random_inputs<Net>()) {
    want_ = reference_outputs(net, given_);
  }

  [[nodiscard]] static constexpr std::size_t bytes(int which) {
    constexpr auto elements = [](xn::role kind) {
      std::int64_t n = 0;
      for (int id = 0; id < Net::size; ++id) {
        if (Net::records[id].kind == kind) n += Net::records[id].out.elements();
      }
      return static_cast<std::size_t>(n) * sizeof(float);
    };
    constexpr std::size_t all[block_count] = {
        std::size_t(Net::plan.scratchpad_bytes), std::size_t(Net::plan.memory_bytes),
        sizeof(typename Net::weights), elements(xn::role::input), elements(xn::role::output)};
    return all[which];
  }
  /// The unit by which a block can be moved.
  static constexpr std::size_t unit(int which) {
    if (which == weights) return alignof(typename Net::weights);
    return which < weights ? std::size_t(Net::on.alignment) : sizeof(float);
  }

  void run_at_start() const {
    const std::byte* const at[] = {blocks_[0].at_start(), blocks_[1].at_start(),
                                   blocks_[2].at_start(), blocks_[3].at_start(),
                                   blocks_[4].at_start()};
    run(at);
  }
  /// With block `short_one` a unit too short; no block if it is -1.
  void run_at_end(int short_one) const {
    const std::byte* at[block_count];
    for (int k = 0; k < block_count; ++k) at[k] = blocks_[k].at_end(k == short_one ? unit(k) : 0);
    fill_through_ = short_one;
    run(at);
  }

 private:
  void run(const std::byte* const* at) const {
    const auto place = [&](int k) { return const_cast<std::byte*>(at[k]); };
    for (int k = 0; k < block_count; ++k) {
      const std::size_t there = bytes(k) - (k == fill_through_ ? unit(k) : 0);
      std::memset(place(k), 0xff, there);
      if (k == input) std::memcpy(place(k), given_[0].data(), there);
    }
    auto* packed = reinterpret_cast<typename Net::weights*>(place(weights));
    if (fill_through_ == weights) {  // what a loader would have written, as far as there is room
      const auto whole = std::make_unique<typename Net::weights>();
      net_.pack(*whole);
      std::memcpy(place(weights), static_cast<const void*>(whole.get()),
                  sizeof *whole - unit(weights));
    } else {
      net_.pack(*packed);
    }
    constexpr std::size_t in = bytes(input) / sizeof(float);
    constexpr std::size_t out = bytes(output) / sizeof(float);
    const std::span<const float, in> from(reinterpret_cast<const float*>(place(input)), in);
    const std::span<float, out> to(reinterpret_cast<float*>(place(output)), out);
    net_.run(*packed, xn::arena_tiers{place(scratchpad), place(memory)}, from, to);
    CHECK(difference({to.begin(), to.end()}, want_[0]) == "");
  }

  const Net& net_;
  buffers given_;
  std::vector<tensor> want_;
  guarded blocks_[block_count] = {guarded(bytes(0)), guarded(bytes(1)), guarded(bytes(2)),
                                  guarded(bytes(3)), guarded(bytes(4))};
  mutable int fill_through_ = -1;
};

/// Whether `run` ends in an access to a guard page; it runs in a process of its own.
template <class Run>
bool trips(Run run) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGSEGV, SIG_DFL);
    std::signal(SIGBUS, SIG_DFL);
    run();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
}

template <xn::target On, auto Policy = xn::planning{}, class Model>
void check_guards(const Model& model) {
  const auto net = xn::link<On, Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  INFO("scratchpad " << net_type::plan.scratchpad_bytes << " of " << On.scratchpad << ", memory "
                     << net_type::plan.memory_bytes);
  for (int i = 0; i < net_type::plan.unit_count; ++i) {
    const xn::unit& u = net_type::plan.units[i];
    const bool ring = u.where == xn::placement::ring;
    if (ring) CHECK(u.offset + u.bytes <= net_type::plan.scratchpad_bytes);
    if (u.where == xn::placement::memory) CHECK(u.offset + u.bytes <= net_type::plan.memory_bytes);
  }
  const guarded_run<net_type> run(net);
  run.run_at_start();
  run.run_at_end(-1);
  CHECK_FALSE(trips([&] { run.run_at_end(-1); }));
  for (int k = 0; k < block_count; ++k) {
    if (run.bytes(k) == 0) continue;
    INFO("block " << k << " of " << run.bytes(k) << " bytes");
    CHECK(trips([&] { run.run_at_end(k); }));
  }
}

/// The first blocks of ResNet-8, then its end.
auto resnet() {
  constexpr xn::conv first{.out = 16, .kernel = {3, 3}};
  constexpr xn::conv down{.out = 32, .kernel = {3, 3}, .stride = {2, 2}};
  constexpr xn::conv second{.out = 32, .kernel = {3, 3}};
  constexpr xn::conv shortcut{.out = 32, .stride = {2, 2}};
  return xn::input<float, xn::hwc{32, 32, 3}> | some_conv<first, 3>() | xn::relu |
         xn::residual(some_conv<first, 16>(1) | xn::relu | some_conv<first, 16>(2)) | xn::relu |
         xn::residual(some_conv<down, 16>(3) | xn::relu | some_conv<second, 32>(4),
                      some_conv<shortcut, 16>(5)) |
         xn::relu | xn::global_average_pool | some_dense<10, 32>() | xn::softmax;
}

/// The start of DS-CNN, then its end.
auto ds_cnn() {
  constexpr xn::conv stem{.out = 64, .kernel = {10, 4}, .stride = {2, 2}};
  constexpr xn::conv point{.out = 64};
  constexpr xn::depthwise deep{.kernel = {3, 3}};
  return xn::input<float, xn::hwc{49, 10, 1}> | some_conv<stem, 1>() | xn::relu |
         some_depthwise<deep, 64>() | xn::relu | some_conv<point, 64>(1) | xn::relu |
         some_depthwise<deep, 64>(2) | xn::relu | some_conv<point, 64>(3) | xn::relu |
         xn::global_average_pool | some_dense<12, 64>() | xn::softmax;
}

/// Odd extents, branches, a tap, padding and pools.
auto branches() {
  constexpr xn::conv odd{.out = 7, .kernel = {3, 2}};
  constexpr xn::max_pool pool{.kernel = {3, 3}, .stride = {2, 2}, .padding = xn::same};
  return xn::input<float, xn::hwc{17, 13, 5}> | xn::tap<"in"> | xn::pad<xn::zero_pad{1, 0, 2, 1}> |
         xn::pad<xn::zero_pad{0, 2, 0, 0}> | some_conv<odd, 5>() | xn::hard_swish |
         xn::fork(xn::max_pool2d<pool>, some_conv<xn::conv{.out = 3, .stride = {2, 2}}, 7>()) |
         xn::concat | some_depthwise<xn::depthwise{.kernel = {5, 3}}, 10>() |
         some_batch_norm<10>() | xn::flatten | some_dense<9, 10 * 10 * 8>();
}

/// An encoder and a decoder: windows that go up, parts of channels and of the image.
auto decoder() {
  constexpr xn::conv down{.out = 10, .kernel = {3, 3}, .stride = {2, 2}};
  constexpr xn::transposed_conv up{.out = 7, .kernel = {4, 3}, .stride = {2, 3}};
  constexpr xn::slice middle{.begin = {1, 2, 1}, .size = {-1, 25, 5}};
  return xn::input<float, xn::hwc{11, 9, 3}> | some_conv<down, 3>() | some_prelu<10>() |
         xn::split_into(xn::identity, some_conv<xn::conv{.out = 5, .kernel = {3, 3}}, 5>(1)) |
         xn::concat | xn::shuffle_channels<xn::channel_shuffle{2}> | some_transposed<up, 10>(2) |
         xn::resize_bilinear<xn::bilinear{{3, 2}}> | xn::crop<middle> |
         xn::resize_nearest<xn::nearest{{1, 2}}> | xn::reduce_max<xn::axes{.columns = true}> |
         xn::permute<xn::transpose{{2, 1, 0}}> | xn::reduce_mean<xn::axes{.rows = true}>;
}

/// Recurrent layers, whose states lie before the rings.
auto recurrent() {
  constexpr xn::conv stem{.out = 9, .kernel = {5, 1}, .stride = {2, 1}};
  return xn::input<float, xn::sequence(29, 6)> | some_conv<stem, 6>() | xn::relu |
         some_lstm<17, 9>(1) | some_gru<8, 17>(4) | some_gru<5, 8, false>(8) | xn::tanh |
         some_dense<3, 5>();
}

}  // namespace

TEST_CASE("a residual network stays inside its blocks", "[guard]") {
  check_guards<xn::targets::host>(resnet());
  check_guards<xn::targets::host.with_scratchpad(16 * 1024)>(resnet());
  check_guards<xn::targets::cortex_m4.with_scratchpad(24 * 1024).with_memory(1 << 20)>(resnet());
}

TEST_CASE("a depthwise network stays inside its blocks", "[guard]") {
  check_guards<xn::targets::host>(ds_cnn());
  check_guards<xn::targets::generic.with_scratchpad(16 * 1024), xn::planning{.tile = 3}>(ds_cnn());
  check_guards<xn::targets::cortex_m4.with_scratchpad(8 * 1024)>(ds_cnn());
}

TEST_CASE("branches stay inside their blocks", "[guard]") {
  check_guards<xn::targets::host>(branches());
  check_guards<xn::targets::host, xn::planning{.link = false}>(branches());
  check_guards<xn::targets::generic.with_scratchpad(4 * 1024)>(branches());
}

TEST_CASE("a decoder stays inside its blocks", "[guard]") {
  check_guards<xn::targets::host>(decoder());
  check_guards<xn::targets::host, xn::planning{.fuse = false, .tile = 1}>(decoder());
  check_guards<xn::targets::generic.with_scratchpad(8 * 1024)>(decoder());
}

TEST_CASE("a recurrent network stays inside its blocks", "[guard]") {
  check_guards<xn::targets::host>(recurrent());
  check_guards<xn::targets::host, xn::planning{.link = false}>(recurrent());
  check_guards<xn::targets::cortex_m4, xn::planning{.tile = 1}>(recurrent());
}
#else
TEST_CASE("guard pages need Linux", "[guard]") { SUCCEED(); }
#endif
