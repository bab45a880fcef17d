// A thread that copies: what DMA is on hosts. Not part of the umbrella header.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/exec/transport.hpp>

#include <atomic>
#include <cstddef>
#include <thread>

namespace xenos::inline XENOS_ABI {

/// A `transport` whose transfers a thread of its own makes, in order. `start` neither blocks nor
/// allocates: it fails when more than `capacity` transfers wait, each unit of a round being at most
/// three. One core uses it.
class thread_transport {
 public:
  static constexpr unsigned capacity = 1024;

  thread_transport() : worker_([this] { serve(); }) {}
  thread_transport(const thread_transport&) = delete;
  thread_transport& operator=(const thread_transport&) = delete;
  ~thread_transport() {
    wait();
    put({nullptr, nullptr, 0});
    worker_.join();
  }

  bool start(void* to, const void* from, std::size_t bytes) {
    if (begun_.load(std::memory_order_relaxed) - ended_.load(std::memory_order_acquire) ==
        capacity) {
      return false;
    }
    put({to, from, bytes});
    return true;
  }
  bool wait() {
    const unsigned begun = begun_.load(std::memory_order_relaxed);
    for (unsigned ended = ended_.load(std::memory_order_acquire); ended != begun;
         ended = ended_.load(std::memory_order_acquire)) {
      ended_.wait(ended, std::memory_order_acquire);
    }
    return true;
  }

 private:
  struct transfer {
    void* to;
    const void* from;
    std::size_t bytes;
  };

  void put(transfer next) {
    const unsigned at = begun_.load(std::memory_order_relaxed);
    queue_[at % capacity] = next;
    begun_.store(at + 1, std::memory_order_release);
    begun_.notify_one();
  }
  void serve() {
    for (unsigned at = 0;; ++at) {
      while (begun_.load(std::memory_order_acquire) == at) {
        begun_.wait(at, std::memory_order_acquire);
      }
      const transfer now = queue_[at % capacity];
      if (now.to == nullptr) return;
      std::memcpy(now.to, now.from, now.bytes);
      ended_.store(at + 1, std::memory_order_release);
      ended_.notify_one();
    }
  }

  transfer queue_[capacity];
  std::atomic<unsigned> begun_{0};
  std::atomic<unsigned> ended_{0};
  std::thread worker_;
};

}  // namespace xenos::inline XENOS_ABI
