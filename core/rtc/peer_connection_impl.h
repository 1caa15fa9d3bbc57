// SPDX-License-Identifier: Apache-2.0
// The inside of PeerConnection, shared by its files: negotiation (peer_negotiation.cpp), packets (peer_connection.cpp),
// RTCP (peer_reports.cpp). Nobody else includes it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
    bool described = false;                      // a local description has left, so candidates may trickle
    bool restarting = false;                     // our own ICE restart is on its way
    std::string remoteUfrag;
    std::vector<IceCandidate> earlyCandidates;   // arrived before the description
    std::uint32_t nextSender = 1;
    std::uint32_t random;

    // Media and events.
    std::deque<OutgoingDatagram> out;
    std::deque<PeerEvent> events;
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
    void attachSender(Section& section, SenderId id, const AudioSenderConfig& senderConfig);
    std::string describe(Setup setup, const std::vector<MediaDescription>* offer);
    MediaDescription describeSection(const Section& section, Setup setup, const MediaDescription* offered) const;
    base::Result<void> applyTransport(const SessionDescription& remote, bool weOffered, base::TimePoint now);
    void applyRemote(Section& section, const MediaDescription& remote, bool weOffered);
    void setReceiving(Section& section, const MediaDescription& remote);
    void startData(base::TimePoint now);
    void announceCandidates();

    // peer_connection.cpp
    void handleRtp(std::span<std::byte> plain, base::TimePoint now);
    Section* route(const RtpView& packet);
    void send(base::ByteView bytes);
    void pump(base::TimePoint now);

    // peer_reports.cpp
    void handleRtcp(std::span<std::byte> plain, base::TimePoint now);
    void handleBlocks(const std::vector<ReportBlock>& blocks, base::TimePoint now);
    void handleNack(const Nack& nack, base::TimePoint now);
    void sendReports(base::TimePoint now);
    void sendRtcp(base::ByteView compound);

    std::vector<std::pair<SenderId, AudioSenderConfig>> unplaced;   // senders that have no section yet
};

}  // namespace parlour::rtc
