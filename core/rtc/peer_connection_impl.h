// SPDX-License-Identifier: Apache-2.0
// The inside of PeerConnection, shared by its files: negotiation (peer_negotiation.cpp), packets (peer_connection.cpp),
// RTCP (peer_reports.cpp). Nobody else includes it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/fifo.h"
#include "core/rtc/peer_connection.h"
#include "core/rtc/peer_section.h"

namespace parlour::rtc {

struct PeerConnection::Impl {
    enum class Negotiation { stable, offered };

    explicit Impl(PeerConnectionConfig c);

    PeerConnectionConfig config;
    Transport transport;
    std::optional<DataChannels> data;
    bool dataNegotiated = false;
    DtlsRole dtlsRole = DtlsRole::client;

    // Negotiation.
    Negotiation negotiation = Negotiation::stable;
    std::vector<Section> sections;
    std::uint64_t sessionId = 0;
    std::uint64_t sessionVersion = 0;
    int nextMid = 0;
    std::size_t receiversWanted = 0;             // lines for the peer's tracks in the next offer
    bool described = false;                      // a local description has left, so candidates may trickle
    bool restartWanted = false;                  // asked for while an offer was out: comes with the next one
    bool closed = false;
    std::string remoteUfrag;
    std::string remoteFingerprint;
    std::string announcedUfrag;                  // generation whose candidates have been trickled
    std::vector<std::string> withoutRed;         // track ids of the peer
    std::vector<IceCandidate> earlyCandidates;   // arrived before the description of their generation
    std::uint32_t nextSender = 1;
    std::uint32_t random;

    // Media and events.
    base::Fifo<OutgoingDatagram> out;
    base::Fifo<PeerEvent> events;
    std::function<void(const RtpView&, base::TimePoint)> rtpSink;
    std::function<void(SenderId, std::span<const std::uint16_t>)> nackSink;
    std::uint32_t reportSsrc = 0;                // ours while we send nothing
    base::TimePoint nextReport = base::kNever;
    std::uint64_t droppedRtp = 0;
    std::uint64_t droppedFrames = 0;

    std::uint32_t next32();
    std::uint32_t unusedSsrc();
    Section* sectionOf(SenderId sender);
    const Section* sectionOf(SenderId sender) const;

    // peer_negotiation.cpp
    void placeSenders();
    void placeReceivers();
    std::string unusedMid();
    void attachSender(Section& section, SenderId id, const AudioSenderConfig& senderConfig);
    void releaseSender(Section& section);
    bool roomForSender() const;
    bool hasData() const;
    std::string describe(Setup setup, const SessionDescription* offer);
    MediaDescription describeSection(const Section& section, Setup setup, const MediaDescription* offered) const;
    base::Result<void> applyTransport(const SessionDescription& remote, bool weOffered, base::TimePoint now);
    void applyRemote(Section& section, const MediaDescription& remote, bool weOffered);
    base::Result<void> checkOffer(const SessionDescription& remote) const;
    void takeSections(const SessionDescription& remote);
    void setReceiving(Section& section, const MediaDescription& remote, bool weOffered);
    std::uint8_t redFor(const Section& section, const MediaDescription& remote, const Codec& opus, bool weOffered) const;
    void startData(base::TimePoint now);
    void announceCandidates();

    // peer_connection.cpp
    void handleRtp(std::span<std::byte> plain, base::TimePoint now);
    Section* route(const RtpView& packet);
    void takeFrame(const Section& section, const RtpView& packet, base::ByteView payload, std::int64_t sequence,
                   std::uint32_t age, std::uint8_t distance, base::TimePoint now);
    static void bind(Section& section, std::uint32_t ssrc);
    void send(base::ByteView bytes);
    void pump(base::TimePoint now);

    // peer_reports.cpp
    void handleRtcp(std::span<std::byte> plain, base::TimePoint now);
    void handleBlocks(const std::vector<ReportBlock>& blocks, base::TimePoint now);
    void handleNack(const Nack& nack, base::TimePoint now);
    void sendReports(base::TimePoint now);
    void sendRtcp(base::ByteView compound);

    std::vector<std::pair<SenderId, AudioSenderConfig>> unplaced;   // senders that have no section yet
    std::unordered_map<std::uint32_t, std::size_t> placed;          // sender -> its place in `sections`, which only grows
    std::size_t remoteMaxMessage = 65'536;                           // RFC 8841 section 6
};

}  // namespace parlour::rtc
