// SPDX-License-Identifier: Apache-2.0
// A named thread that is joined when its owner goes, and the priority asked for it.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace parlour::base {

enum class ThreadPriority {
    normal,
    realtime,  ///< asked for by the audio pump; quietly stays normal where the system refuses
};

class Thread {
  public:
    Thread() = default;
    Thread(std::string name, ThreadPriority priority, std::function<void()> body);
    Thread(Thread&&) = default;
    Thread& operator=(Thread&&) = default;
    ~Thread() { join(); }

    void join() {
        if (m_thread.joinable()) m_thread.join();
    }
    bool joinable() const { return m_thread.joinable(); }

  private:
    std::thread m_thread;
};

/// Names the calling thread in debuggers and `top` (15 characters on Linux).
void setThreadName(const std::string& name);
/// Asks the system for real-time scheduling of the calling thread; false where refused.
bool requestRealtime();

}  // namespace parlour::base
