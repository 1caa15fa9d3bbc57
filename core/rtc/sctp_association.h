// SPDX-License-Identifier: Apache-2.0
// One SCTP association over DTLS (RFC 8261, RFC 8831), packets in and out. Messages are whole; limits: 16 streams, 64 KiB per
// message, 1 MiB waiting (security T41).
// Thread: the owner's. Time is handed in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/byte_io.h"
#include "core/base/time.h"

namespace parlour::rtc {

struct SctpMessage {
    std::uint16_t stream = 0;
    std::uint32_t ppid = 0;
    base::Bytes bytes;
};

enum class Reliability {
    ordered,     ///< reliable and in order
    unordered,   ///< no order, no retransmission
};

class SctpAssociation {
  public:
    static constexpr std::size_t kMaxMessage = 64 * 1024;
    static constexpr std::size_t kMaxQueued = 1024 * 1024;
    static constexpr std::uint16_t kMaxStreams = 16;

    SctpAssociation();
    /// Aborts the association; nothing of it is called back afterwards.
    ~SctpAssociation();
    SctpAssociation(const SctpAssociation&) = delete;

    /// Both sides connect (RFC 8831 section 6.2); port 5000 on both.
    void start(base::TimePoint now);
    bool connected() const;
    bool ended() const;

    void handlePacket(base::ByteView packet, base::TimePoint now);
    void handleTimeout(base::TimePoint now);
    base::TimePoint nextTimeout() const;
    std::optional<base::Bytes> pollPacket();
    std::optional<SctpMessage> pollMessage();

    /// False: ended, message too long, or too much waiting.
    bool send(std::uint16_t stream, std::uint32_t ppid, base::ByteView bytes, Reliability reliability, base::TimePoint now);
    std::size_t queued() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::rtc
