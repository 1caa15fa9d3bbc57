// SPDX-License-Identifier: Apache-2.0
// One m-line that carries one track to one listener: own SSRC, sequence, timestamp and mid (T5: nothing of the sender's
// header survives), encrypted straight into the send slab. Hot state is small: 1000 of them are walked per packet.
// Thread: media.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/socket_address.h"
#include "core/base/time.h"
#include "core/rtc/peer_connection.h"
#include "core/sfu/publisher.h"
#include "core/sfu/send_batch.h"

namespace parlour::sfu {

class Subscriber {
  public:
    /// `connection` outlives it. Sends nothing before the parameters of `sender` are negotiated.
    Subscriber(rtc::PeerConnection& connection, rtc::SenderId sender);

    rtc::PeerConnection& connection() const { return *m_connection; }
    rtc::SenderId sender() const { return m_sender; }
    Publisher* publisher = nullptr;      ///< kept by Forwarder

    /// Called when the description or the route changed: reads both anew.
    void refresh();
    /// The listener wants silence on this line (track settings); numbers continue afterwards.
    void setPaused(bool paused);
    /// From now on another track runs on this line; numbers continue, the clock goes on by the time that passed.
    void startOver() { m_fresh = true; }

    bool takesRed() const { return m_redPayloadType != 0; }

    static constexpr unsigned kPrefetchSteps = 6;
    /// Brings into the cache what send reads, from one pointer to the next: steps 0 to 5, each while an earlier subscriber is served.
    void prefetch(unsigned step) const;
    /// False: not ready, or paused.
    bool send(const ForwardedPacket& packet, SendBatch& out, base::TimePoint now);
    /// Answers a NACK out of the publisher's memory within 10 % of what was sent (T40). Returns how many went out.
    int resend(std::span<const std::uint16_t> sequences, SendBatch& out, base::TimePoint now);

    std::uint64_t sent = 0;
    std::uint64_t resent = 0;

  private:
    std::size_t write(const ForwardedPacket& packet, std::int64_t number, SendBatch& out);
    std::size_t writeRed(base::ByteView header, const ForwardedPacket& packet, std::int64_t number, SendBatch& out);
    void note(const ForwardedPacket& packet, base::TimePoint now);
    std::uint32_t timestampOf(const ForwardedPacket& packet) const { return packet.timestamp + m_timestampOffset; }

    rtc::PeerConnection* m_connection;
    rtc::Transport* m_transport;
    rtc::SenderId m_sender;
    bool m_ready = false;
    bool m_paused = false;
    bool m_fresh = true;               // the next packet fixes the offsets
    bool m_begun = false;              // at least one packet went out
    std::uint8_t m_payloadType = 111;
    std::uint8_t m_redPayloadType = 0; // 0 = plain Opus
    std::uint32_t m_ssrc = 0;
    std::uint32_t m_timestampOffset = 0;
    std::uint16_t m_firstSequence = 0;
    std::int64_t m_offset = 0;         // number on this line (0, 1, …) - forwarded sequence
    std::int64_t m_next = 0;           // next number on this line
    std::int64_t m_floor = 0;          // numbers below belong to an earlier track or stretch
    std::uint32_t m_lastTimestamp = 0;
    base::TimePoint m_lastTime{};
    base::SocketAddress m_from;
    base::SocketAddress m_to;
    double m_resendBudget = 0;         // bytes
    std::uint32_t m_unnoted = 0;       // packets that the connection's sender report does not know yet
    std::uint32_t m_unnotedBytes = 0;
    base::TimePoint m_notedAt{};
    int m_midExtensionId = 0;
    int m_levelExtensionId = 0;
    std::string m_mid;
};

}  // namespace parlour::sfu
