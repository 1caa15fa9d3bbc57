// SPDX-License-Identifier: Apache-2.0
// The forwarding table: which track of which transport goes to which m-lines. Only tracks that the owner added are known;
// every other SSRC is dropped before anything is allocated (security T4, T5, T10). Rights work at once: after setAuthorised
// (false) or setMuted(true) returns not one packet more of that track leaves (T1, T3).
// Inputs: owner add/remove/set…, network onRtp (decrypted), onNack. Thread: media. No socket, no clock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/sfu/publisher.h"
#include "core/sfu/send_batch.h"
#include "core/sfu/subscriber.h"

namespace parlour::sfu {

struct ForwarderStats {
    std::uint64_t packetsIn = 0;
    std::uint64_t packetsOut = 0;
    std::uint64_t retransmitted = 0;
    std::uint64_t unknownSource = 0;   ///< SSRC of no authorised track
    std::uint64_t withheld = 0;        ///< known track, not allowed now
    std::uint64_t malformedRed = 0;    ///< of them, RED that is none
    std::uint64_t redIn = 0;           ///< accepted packets that were RED
    std::uint64_t redOut = 0;
    std::uint64_t recovered = 0;       ///< lost on the way in, found again in RED
};

class Forwarder {
  public:
    static constexpr std::size_t kMaxTracksPerTransport = 8;   ///< SSRCs per transport (T10)

    /// `heard` gets the level and size of each forwarded packet (speaker ranking); may be empty.
    using Heard = std::function<void(const Publisher&, const ForwardedPacket&, base::TimePoint)>;

    explicit Forwarder(SendBatch& out, Heard heard = {});
    ~Forwarder();

    /// nullptr when the transport already has the most tracks it may have, or one with this SSRC.
    Publisher* addPublisher(PublisherConfig config);
    /// Its subscribers stay, silent, until the owner moves or removes them.
    void removePublisher(Publisher* publisher);
    /// A section was negotiated anew.
    void setSource(Publisher* publisher, std::optional<std::uint32_t> ssrc, std::uint8_t payloadType,
                   std::uint8_t redPayloadType, int levelExtensionId, int midExtensionId);

    /// One listener's m-line for this track; the connection must outlive it or be given to removeConnection first.
    Subscriber* addSubscriber(Publisher* publisher, rtc::PeerConnection& connection, rtc::SenderId sender);
    void removeSubscriber(Subscriber* subscriber);
    void removeConnection(const rtc::PeerConnection& connection);
    /// Description or route of this connection changed.
    void refresh(const rtc::PeerConnection& connection);

    /// A packet that was authenticated on `transport`.
    void onRtp(std::uint32_t transport, const rtc::RtpView& packet, base::TimePoint now);
    void onNack(const rtc::PeerConnection& connection, rtc::SenderId sender, std::span<const std::uint16_t> sequences,
                base::TimePoint now);

    ForwarderStats stats() const { return m_stats; }
    std::size_t publishers() const;
    std::size_t subscribers() const;

  private:
    struct Source {
        bool known = false;          // the SSRC is fixed
        std::uint32_t ssrc = 0;
        Publisher* publisher = nullptr;
    };
    Publisher* find(std::uint32_t transport, const rtc::RtpView& packet);

    SendBatch& m_out;
    Heard m_heard;
    std::unordered_map<std::uint32_t, std::vector<Source>> m_sources;
    std::unordered_map<Publisher*, std::unique_ptr<Publisher>> m_publishers;
    std::unordered_map<const rtc::PeerConnection*, std::vector<std::unique_ptr<Subscriber>>> m_subscribers;
    ForwarderStats m_stats;
};

}  // namespace parlour::sfu
