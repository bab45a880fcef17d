// Runs linked programs on several cores: on threads, and on bare cores whose caches do not see each
// other.
#pragma once

#include <barrier>
#include <cstring>
#include <support/run.hpp>
#include <thread>
#include <vector>
#include <xenos/exec/threads.hpp>

namespace xenos_test {

namespace detail {

/// Calls `run(inputs..., outputs...)` with spans of the extents that the program asks for.
template <class Net, class Run, std::size_t... I, std::size_t... O>
void with_buffers(const float* const* in, float* const* out, const Run& run,
                  std::index_sequence<I...>, std::index_sequence<O...>) {
  run(typename Net::template input_buffer<I>(in[I], Net::template input_buffer<I>::extent)...,
      typename Net::template output_buffer<O>(out[O], Net::template output_buffer<O>::extent)...);
}
template <class Net, class Run>
void with_buffers(const float* const* in, float* const* out, const Run& run) {
  with_buffers<Net>(in, out, run, std::make_index_sequence<std::size_t(Net::inputs)>{},
                    std::make_index_sequence<std::size_t(Net::outputs)>{});
}

}  // namespace detail

/// One run on a pool of `threads` threads, in an arena full of NaN.
template <class Net>
buffers run_on_threads(const Net& net, const buffers& in, int threads) {
  const auto packed = std::make_unique<typename Net::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<typename Net::arena>();
  std::memset(arena->bytes, 0xff, sizeof arena->bytes);
  buffers out = make_outputs<Net>();
  std::vector<const float*> given;
  std::vector<float*> found;
  for (const auto& values : in) given.push_back(values.data());
  for (auto& values : out) found.push_back(values.data());
  xenos::thread_pool pool(threads);
  detail::with_buffers<Net>(given.data(), found.data(),
                            [&](auto... spans) { net.run_on(pool, *packed, *arena, spans...); });
  return out;
}

/// Memory that cores share, and which each sees through a cache of its own that nobody keeps
/// coherent: a core works on a copy. `publish` writes back the dirty lines of a range, whole;
/// `acquire` fetches the lines of a range. All of it is one block: the memory tier, then buffers.
class shared_memory {
 public:
  static constexpr std::size_t line = 128;

  explicit shared_memory(std::size_t bytes) : bytes_((bytes + line - 1) / line * line) {}
  [[nodiscard]] std::byte* data() { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
};

/// A core's view: a `core_sync`.
class cached_core {
 public:
  cached_core(shared_memory& memory, std::barrier<>& meeting, int& publications, int lost)
      : memory_(memory),
        meeting_(meeting),
        copy_(memory.size() + shared_memory::line),
        clean_(memory.size()),
        publications_(publications),
        lost_(lost) {
    const auto address = reinterpret_cast<std::uintptr_t>(copy_.data());
    base_ = copy_.data() + (shared_memory::line - address % shared_memory::line);
    std::memset(base_, 0xff, memory.size());  // nothing is cached: what is not acquired is NaN
    std::memset(clean_.data(), 0xff, memory.size());
  }
  [[nodiscard]] std::byte* data() const { return base_; }

  void arrive_and_wait() { meeting_.arrive_and_wait(); }
  void publish(const void* data, std::size_t bytes) {
    if (publications_++ == lost_) return;
    each_line(data, bytes, [this](std::size_t at) {
      if (std::memcmp(base_ + at, clean_.data() + at, shared_memory::line) == 0) return;
      std::memcpy(memory_.data() + at, base_ + at, shared_memory::line);
      std::memcpy(clean_.data() + at, base_ + at, shared_memory::line);
    });
  }
  void acquire(const void* data, std::size_t bytes) {
    each_line(data, bytes, [this](std::size_t at) {
      std::memcpy(base_ + at, memory_.data() + at, shared_memory::line);
      std::memcpy(clean_.data() + at, base_ + at, shared_memory::line);
    });
  }

 private:
  template <class Visit>
  void each_line(const void* data, std::size_t bytes, const Visit& visit) {
    const auto first = static_cast<std::size_t>(static_cast<const std::byte*>(data) - base_);
    XENOS_CHECK(first + bytes <= memory_.size());
    for (std::size_t at = first / shared_memory::line * shared_memory::line; at < first + bytes;
         at += shared_memory::line) {
      visit(at);
    }
  }

  shared_memory& memory_;
  std::barrier<>& meeting_;
  std::vector<std::byte> copy_;
  std::vector<std::byte> clean_;
  std::byte* base_;
  int& publications_;
  int lost_;
};

/// One run on bare cores, each a thread with a cache of its own. `lost` = {core, n}: the n-th
/// publication of that core is forgotten. `publications` counts them by core.
struct lost_publication {
  int core = -1;
  int number = -1;
};
template <class Net>
buffers run_on_cores(const Net& net, const buffers& in, std::vector<int>& publications,
                     lost_publication lost = {}) {
  constexpr int cores = Net::plan.cores;
  const auto packed = std::make_unique<typename Net::weights>();
  net.pack(*packed);
  const auto lines = [](std::size_t bytes) {
    return (bytes + shared_memory::line - 1) / shared_memory::line * shared_memory::line;
  };
  buffers out = make_outputs<Net>();
  std::size_t size = lines(static_cast<std::size_t>(Net::plan.memory_bytes));
  std::vector<std::size_t> places;  // of inputs, then outputs
  for (const buffers* all : {&in, static_cast<const buffers*>(&out)}) {
    for (const auto& values : *all) {
      places.push_back(size);
      size += lines(values.size() * sizeof(float));
    }
  }
  shared_memory memory(size);
  for (std::size_t k = 0; k < in.size(); ++k) {
    std::memcpy(memory.data() + places[k], in[k].data(), in[k].size() * sizeof(float));
  }
  std::barrier<> meeting(cores);
  publications.assign(static_cast<std::size_t>(cores), 0);
  std::vector<std::thread> threads;
  for (int core = 0; core < cores; ++core) {
    threads.emplace_back([&, core] {
      cached_core cache(memory, meeting, publications[static_cast<std::size_t>(core)],
                        core == lost.core ? lost.number : -1);
      struct alignas(128) block {
        std::byte bytes[128];
      };
      std::vector<block> scratchpad(static_cast<std::size_t>(Net::plan.scratchpad_bytes) / 128 + 1);
      std::memset(scratchpad.data(), 0xff, scratchpad.size() * 128);
      std::vector<const float*> given;
      std::vector<float*> found;
      for (std::size_t k = 0; k < in.size() + out.size(); ++k) {
        auto* at = reinterpret_cast<float*>(cache.data() + places[k]);
        k < in.size() ? given.push_back(at) : found.push_back(at);
      }
      detail::with_buffers<Net>(given.data(), found.data(), [&](auto... spans) {
        net.run_core(core, cache, *packed,
                     xenos::arena_tiers{scratchpad.data()->bytes, cache.data()}, spans...);
      });
      if (core != 0) return;
      for (std::size_t k = 0; k < out.size(); ++k) {
        std::memcpy(out[k].data(), found[k], out[k].size() * sizeof(float));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return out;
}

}  // namespace xenos_test
