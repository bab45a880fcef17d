// A fixed set of worker threads. Host only: not part of the umbrella header.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace xenos::inline XENOS_ABI {

/// Runs the shares of a split plan on `size` threads, the caller's being one: a `core_pool`. The
/// others are made once and wait between calls: at first spinning, then asleep, so that a call that
/// follows soon starts within a microsecond and an idle pool costs nothing. `run` allocates nothing
/// and takes no lock; it makes a system call only to wake workers that sleep. One call at a time.
class thread_pool {
 public:
  /// `spins` is how often a waiting thread looks before it sleeps, some ten nanoseconds each; not
  /// at all when there are more threads than processors for them.
  explicit thread_pool(int size, int spins = 20'000)
      : size_(max_of(size, 1)),
        spins_(size > static_cast<int>(std::thread::hardware_concurrency()) ? 0 : spins),
        slots_(new slot[static_cast<std::size_t>(size_)]) {
    workers_.reserve(static_cast<std::size_t>(size_ - 1));
    for (int i = 1; i < size_; ++i) workers_.emplace_back([this, i] { serve(i); });
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool() {
    work_ = nullptr;
    for (int i = 1; i < size_; ++i) start(slots_[static_cast<std::size_t>(i)]);
    for (std::thread& worker : workers_) worker.join();
  }

  [[nodiscard]] int size() const { return size_; }

  /// What a part does that waits for another one.
  void pause() const {
    if (spins_ > 0) {
      XENOS_PAUSE();
    } else {
      std::this_thread::yield();
    }
  }

  /// Calls work(0) ... work(count - 1), work(i) on thread i % size; returns when all have returned.
  template <class Work>
  void run(int count, const Work& work) {
    call_ = [](const void* context, int index) { (*static_cast<const Work*>(context))(index); };
    work_ = &work;
    count_ = count;
    const int helpers = min_of(count, size_);
    for (int i = 1; i < helpers; ++i) start(slots_[static_cast<std::size_t>(i)]);
    run_share(0);
    for (int i = 1; i < helpers; ++i) {
      slot& other = slots_[static_cast<std::size_t>(i)];
      wait_while(other.finished, other.started.load(std::memory_order_relaxed) - 1);
    }
  }

 private:
  static constexpr std::size_t line = 64;
  /// Calls that worker has been given, and has finished; each on a line of its own.
  struct alignas(line) slot {
    std::atomic<unsigned> started{0};
    alignas(line) std::atomic<unsigned> finished{0};
  };

  static void start(slot& worker) {
    worker.started.fetch_add(1, std::memory_order_release);
    worker.started.notify_one();
  }

  /// Returns when `value` is no longer `old`.
  void wait_while(const std::atomic<unsigned>& value, unsigned old) const {
    for (int i = 0; i < spins_; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      XENOS_PAUSE();
    }
    while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
  }

  void run_share(int thread) const {
    for (int i = thread; i < count_; i += size_) call_(work_, i);
  }

  void serve(int thread) {
    slot& own = slots_[static_cast<std::size_t>(thread)];
    for (unsigned seen = 0;; ++seen) {
      wait_while(own.started, seen);
      if (work_ == nullptr) return;
      run_share(thread);
      own.finished.store(seen + 1, std::memory_order_release);
      own.finished.notify_one();
    }
  }

  int size_;
  int spins_;
  std::unique_ptr<slot[]> slots_;
  std::vector<std::thread> workers_;
  const void* work_ = nullptr;
  void (*call_)(const void*, int) = nullptr;
  int count_ = 0;
};

}  // namespace xenos::inline XENOS_ABI
