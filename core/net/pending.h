// SPDX-License-Identifier: Apache-2.0
// Something asked of the network that has not been answered yet.
#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace parlour::net {

/// Destroying it gives up: the answer is not called any more and the connection is closed. Empty by default.
/// Harmless after the answer. Owner's thread is the loop's.
class [[nodiscard]] Pending {
  public:
    Pending() = default;
    explicit Pending(std::function<void()> abort) : m_abort(std::move(abort)) {}
    Pending(Pending&& other) noexcept : m_abort(std::exchange(other.m_abort, nullptr)) {}
    Pending& operator=(Pending&& other) noexcept {
        if (this != &other) {
            cancel();
            m_abort = std::exchange(other.m_abort, nullptr);
        }
        return *this;
    }
    ~Pending() { cancel(); }
    void cancel() {
        if (auto abort = std::exchange(m_abort, nullptr)) abort();
    }

  private:
    std::function<void()> m_abort;
};

}  // namespace parlour::net
