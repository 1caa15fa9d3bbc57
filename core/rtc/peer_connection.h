// SPDX-License-Identifier: Apache-2.0
// Negotiation, media sections, RTP/RTCP and data channels over one Transport. Sans-I/O like it.
// Client: full ICE, frames in, frames out. Server: ICE-lite, raw RTP (`rawRtp`) that sfu forwards itself.
//
// Inputs by sender (one transition function in peer_connection.cpp):
//   owner   createOffer, acceptOffer, acceptAnswer, addAudioSender, removeSender, restartIce, close
//   network handleDatagram        time  handleTimeout
// Thread: the one that owns it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/media.h"
#include "core/rtc/data_channel.h"
#include "core/rtc/rtp_packet.h"
#include "core/rtc/stats.h"
#include "core/rtc/transport.h"

namespace parlour::rtc {



struct PeerConnectionConfig {
    TransportConfig transport;
    std::uint32_t randomSeed = 0;     ///< for SSRCs and first sequence numbers; 0 = from the system
    bool dataChannels = true;         ///< offer / accept m=application
    bool createChannels = false;      ///< we open _reliable and _lossy when SCTP is up (client's publisher, server's subscriber side)
    bool rawRtp = false;              ///< server: RTP goes to onRtp untouched by jitter statistics beyond counting
    bool keepForeign = false;         ///< answers sections of other kinds inactive: browsers trip over refused ones in their next offer
    std::string cname;                ///< random per session, no identity in it (security T54)
};

/// One m=audio that we send on.
struct SenderId {
    std::uint32_t value = 0;
    auto operator<=>(const SenderId&) const = default;
};

struct AudioSenderConfig {
    std::string streamId;   ///< first token of a=msid ("PA_…|TR_…" from a server)
    std::string trackId;    ///< second token of a=msid (cid of AddTrack from a client, TR_ sid from a server)
    bool dtx = true;
    bool red = true;        ///< with copies of earlier packets (RFC 2198) where the peer takes them
    bool stereo = false;    ///< its packets may have two channels (RFC 7587: sprop-stereo)
};

/// What a forwarder needs to write packets of one sender itself.
struct SenderParameters {
    std::string mid;
    std::uint32_t ssrc = 0;
    std::uint8_t payloadType = 111;
    std::uint16_t firstSequence = 0;   ///< 0..32767
    int midExtensionId = 0;            ///< 0 = not negotiated
    int levelExtensionId = 0;
    std::uint8_t redPayloadType = 0;   ///< 0 = the peer takes none
};

// Events.
struct ConnectionStateChanged {
    TransportState state;
    std::string reason;
};
struct LocalCandidate {
    IceCandidate candidate;
    std::string mid;
};
/// The remote description now sends on this section.
struct RemoteTrackAdded {
    std::string mid;
    std::string streamId;
    std::string trackId;
    std::optional<std::uint32_t> ssrc;
    std::uint32_t epoch = 0;   ///< stream epoch that frames of it carry
    std::uint8_t payloadType = 111;  ///< of Opus, as negotiated; forwarders drop every other one
    int levelExtensionId = 0;        ///< RFC 6464, 0 = not negotiated
    int midExtensionId = 0;
    std::uint8_t redPayloadType = 0; ///< it may send RED under this number; 0 = not negotiated
    bool stereo = false;             ///< it says that it sends two channels
};
struct RemoteTrackRemoved {
    std::string mid;
    std::string trackId;
};
/// A received Opus frame (client only).
struct RemoteFrame {
    std::string mid;
    base::OpusFrame frame;
};
struct DataChannelOpened {
    DataLabel label;
};
struct DataReceived {
    DataLabel label;
    base::Bytes bytes;
};
/// We changed something that the peer has to be told: call createOffer.
struct NegotiationNeeded {};
/// The receiver's view of our sender, from RTCP.
struct SenderFeedback {
    SenderId sender;
    base::Feedback feedback;
};
using PeerEvent = std::variant<ConnectionStateChanged, RouteChanged, LocalCandidate, RemoteTrackAdded, RemoteTrackRemoved,
                               RemoteFrame, DataChannelOpened, DataReceived, NegotiationNeeded, SenderFeedback>;

class PeerConnection {
  public:
    explicit PeerConnection(PeerConnectionConfig config);
    ~PeerConnection();
    PeerConnection(PeerConnection&&) noexcept;
    PeerConnection& operator=(PeerConnection&&) noexcept;

    // Negotiation: one outstanding offer; a remote offer while ours is out is refused (LiveKit never glares).
    base::Result<std::string> createOffer(base::TimePoint now);
    base::Result<std::string> acceptOffer(const std::string& sdp, base::TimePoint now);  ///< returns the answer
    base::Result<void> acceptAnswer(const std::string& sdp, base::TimePoint now);
    bool offerOutstanding() const;
    /// Takes back an offer whose answer will never come (JSEP section 4.1.10.2); the next one repeats what it asked for.
    void rollback();
    void addRemoteCandidate(const IceCandidate& candidate, base::TimePoint now);  ///< queued until there is a description
    IceCandidate addLocalAddress(const base::SocketAddress& address, CandidateType type = CandidateType::host);
    /// The peer's track of this id (second token of a=msid) is answered without RED; before its offer is accepted.
    void refuseRed(const std::string& trackId);
    void restartIce(base::TimePoint now);  ///< the next createOffer carries new credentials

    // Sending.
    SenderId addAudioSender(const AudioSenderConfig& config);  ///< reuses an inactive section if there is one
    void removeSender(SenderId sender);                         ///< its section becomes inactive
    std::optional<SenderParameters> senderParameters(SenderId sender) const;  ///< known once negotiated
    /// Packetises and protects; keeps the frame for NACKs. Counted and dropped while not connected.
    void sendFrame(SenderId sender, const base::OpusFrame& frame, base::TimePoint now);
    /// Plain (decrypted) RTP and RTCP-relevant bookkeeping for forwarders: packets they sent for this sender.
    void noteForwarded(SenderId sender, std::size_t payloadBytes, std::uint32_t rtpTimestamp, base::TimePoint now);

    // Receiving.
    /// Who alone offers: sections for `count` tracks that the peer wants to send and has no section for, in the next offer.
    void addReceivers(std::size_t count);
    /// Server: every authenticated RTP packet, in the caller's buffer. Set once.
    void onRtp(std::function<void(const RtpView& packet, base::TimePoint now)> sink);
    /// Server: a NACK for one of our senders, RTP sequence numbers as sent.
    void onNack(std::function<void(SenderId sender, std::span<const std::uint16_t> sequences)> sink);
    /// Client: asks for lost packets of a received section (sequences unwrapped, as in OpusFrame).
    void requestRetransmission(const std::string& mid, std::span<const std::int64_t> sequences, base::TimePoint now);

    // Data. Returns false when the channel is not open or its queue (1 MiB) is full.
    bool sendData(DataLabel label, base::ByteView bytes, base::TimePoint now);
    bool dataOpen(DataLabel label) const;

    // Bytes and time.
    void handleDatagram(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                        std::span<std::byte> datagram);
    void handleTimeout(base::TimePoint now);
    base::TimePoint nextTimeout() const;
    std::optional<OutgoingDatagram> pollDatagram();
    std::optional<PeerEvent> pollEvent();

    Transport& transport();
    /// After the owner told the transport about its ways (streamOpened, removeLocalAddress, probe): what follows from it.
    void settle(base::TimePoint now);
    TransportState state() const;
    /// W3C getStats names as members (https://www.w3.org/TR/webrtc-stats/).
    PeerStats stats(base::TimePoint now) const;
    void close(base::TimePoint now);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::rtc
