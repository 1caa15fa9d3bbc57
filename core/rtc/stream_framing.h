// SPDX-License-Identifier: Apache-2.0
// Datagrams on a stream, every one with its length in front (RFC 4571), as ICE-TCP carries them (RFC 6544). Pure; the owner's
// thread.
#pragma once

#include <cstddef>
#include <functional>

#include "core/base/byte_io.h"

namespace parlour::rtc {

inline constexpr std::size_t kMaxStreamFrame = 1500;   ///< bytes without the length; an empty one is none, either

/// The datagram as it goes on the stream; the caller has looked at its size.
base::Bytes frameForStream(base::ByteView datagram);

class StreamDeframer {
  public:
    /// Hands on each whole datagram in order. `each` answers false when no more are wanted; the deframer may be gone by then.
    /// False: a length that none of ours has; the stream is worth nothing from here on.
    bool feed(base::ByteView bytes, const std::function<bool(base::ByteView datagram)>& each);

  private:
    base::Bytes m_unread;
};

}  // namespace parlour::rtc
