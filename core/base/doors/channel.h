// SPDX-License-Identifier: Apache-2.0
// Door: ordered messages, as a WebSocket carries them. Real: net::WebSocket (both ends). Fake: tests/support/memory_channel.h.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace parlour::base {

class Channel {
  public:
    virtual ~Channel() = default;
    /// Queues one binary message; never blocks. A queue above its limit closes the channel. Owner's thread.
    virtual void send(std::span<const std::byte> message) = 0;
    virtual void onMessage(std::function<void(std::span<const std::byte>)> receiver) = 0;
    /// Called once. `code` is the WebSocket close code (RFC 6455 section 7.4; 1006 = no close frame).
    virtual void onClosed(std::function<void(int code, std::string reason)> closed) = 0;
    /// Sends what is queued, then closes with the code.
    virtual void close(int code = 1000, std::string reason = {}) = 0;
};

}  // namespace parlour::base
