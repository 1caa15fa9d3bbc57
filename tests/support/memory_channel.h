// SPDX-License-Identifier: Apache-2.0
// Two Channels joined back to back over an executor: what one sends the other gets in its next turn.
#pragma once

#include <memory>
#include <utility>

#include "core/base/byte_io.h"
#include "core/base/doors/channel.h"
#include "core/base/doors/executor.h"

namespace parlour::tests {

class MemoryChannel final : public base::Channel, public std::enable_shared_from_this<MemoryChannel> {
  public:
    static std::pair<std::shared_ptr<MemoryChannel>, std::shared_ptr<MemoryChannel>> pair(base::Executor& executor) {
        auto a = std::make_shared<MemoryChannel>(executor);
        auto b = std::make_shared<MemoryChannel>(executor);
        a->m_peer = b;
        b->m_peer = a;
        return {a, b};
    }
    explicit MemoryChannel(base::Executor& executor) : m_executor(executor) {}

    void send(std::span<const std::byte> message) override {
        if (m_closed) return;
        m_executor.post([peer = m_peer, bytes = base::toBytes(message)] {
            if (auto p = peer.lock(); p && !p->m_closed && p->m_receiver) p->m_receiver(bytes);
        });
    }
    void onMessage(std::function<void(std::span<const std::byte>)> receiver) override { m_receiver = std::move(receiver); }
    void onClosed(std::function<void(int, std::string)> closed) override { m_onClosed = std::move(closed); }
    void close(int code = 1000, std::string reason = {}) override { end(code, std::move(reason)); }
    /// The network dies: both ends see 1006, nothing more is delivered.
    void cut() { end(1006, "connection lost"); }

  private:
    void end(int code, std::string reason) {
        if (m_closed) return;
        m_closed = true;
        m_executor.post([self = shared_from_this(), peer = m_peer, code, reason] {
            if (self->m_onClosed) self->m_onClosed(code, reason);
            if (auto p = peer.lock(); p && !p->m_closed) {
                p->m_closed = true;
                if (p->m_onClosed) p->m_onClosed(code, reason);
            }
        });
    }

    base::Executor& m_executor;
    std::weak_ptr<MemoryChannel> m_peer;
    std::function<void(std::span<const std::byte>)> m_receiver;
    std::function<void(int, std::string)> m_onClosed;
    bool m_closed = false;
};

}  // namespace parlour::tests
